import type { Cents } from './amounts.ts';

export type CategoryName = 'Consumables' | 'Pharmacy' | 'Equipment';

/** Names of units of measure as Odoo has them. */
export type UnitName = 'Units' | 'Dozen' | 'Box of 10' | 'Box of 100' | 'L' | 'kg';

/** Things that differ in size or strength only. */
export interface Family {
  readonly category: CategoryName;
  readonly code: string;
  readonly name: string;
  readonly variants: readonly string[];
  readonly unit: UnitName;
  /** The unit suppliers sell it in, where it is not the one it is counted in. */
  readonly soldIn?: UnitName;
  /** Cost of one unit, least and most. */
  readonly cost: readonly [Cents, Cents];
  readonly serial?: boolean;
}

/** Makers, all invented; the same thing by another maker is another item. */
export const BRANDS: readonly string[] = ['Corvane', 'Ostrel', 'Halvik', 'Merrowin', 'Tessaly'];

const words = (text: string): readonly string[] => text.split('|');

const SIZES = words('S|M|L|XL');
const GAUGES = words('18G|20G|21G|22G|23G|25G|27G');
const FRENCH = words('10 Fr|12 Fr|14 Fr|16 Fr|18 Fr|20 Fr');
const PIECE = { category: 'Consumables', unit: 'Units', soldIn: 'Box of 100' } as const;
const BOXED = { category: 'Consumables', unit: 'Box of 100' } as const;
const TENS = { category: 'Consumables', unit: 'Box of 10' } as const;
const DRUG = { category: 'Pharmacy', unit: 'Box of 10' } as const;
const VIAL = { category: 'Pharmacy', unit: 'Units', soldIn: 'Box of 10' } as const;
const DEVICE = { category: 'Equipment', unit: 'Units' } as const;

export const FAMILIES: readonly Family[] = [
  { ...BOXED, code: 'GLV-NIT', name: 'Nitrile gloves', variants: SIZES, cost: [620, 980] },
  { ...BOXED, code: 'GLV-VIN', name: 'Vinyl gloves', variants: SIZES, cost: [410, 640] },
  { ...TENS, code: 'GLV-SUR', name: 'Surgical gloves', variants: words('6.5|7|7.5|8|8.5'), cost: [900, 1500] },
  { ...PIECE, code: 'SYR', name: 'Syringe', variants: words('1 ml|2 ml|5 ml|10 ml|20 ml|50 ml'), cost: [8, 62] },
  { ...PIECE, code: 'NDL', name: 'Hypodermic needle', variants: GAUGES, cost: [4, 12] },
  { ...PIECE, code: 'CAN', name: 'Intravenous cannula', variants: words('14G|16G|18G|20G|22G|24G'), cost: [70, 160] },
  { ...PIECE, code: 'BFL', name: 'Winged infusion set', variants: words('19G|21G|23G|25G'), cost: [45, 90] },
  { ...TENS, code: 'CAT-FOL', name: 'Foley catheter', variants: FRENCH, cost: [1600, 3400] },
  { ...TENS, code: 'CAT-SUC', name: 'Suction catheter', variants: FRENCH, cost: [500, 900] },
  { ...TENS, code: 'ETT', name: 'Endotracheal tube', variants: words('6.0|6.5|7.0|7.5|8.0|8.5'), cost: [2100, 3900] },
  { ...TENS, code: 'LMA', name: 'Laryngeal mask', variants: words('3|4|5'), cost: [4800, 7200] },
  { ...BOXED, code: 'GZE', name: 'Gauze swab', variants: words('5 cm|7.5 cm|10 cm'), cost: [180, 420] },
  { ...TENS, code: 'DRS-FOM', name: 'Foam dressing', variants: words('8 cm|10 cm|15 cm|20 cm'), cost: [1900, 5200] },
  { ...TENS, code: 'DRS-FLM', name: 'Film dressing', variants: words('6 cm|10 cm|15 cm'), cost: [700, 1600] },
  { ...TENS, code: 'DRS-ALG', name: 'Alginate dressing', variants: words('5 cm|10 cm|rope'), cost: [1500, 3100] },
  {
    category: 'Consumables',
    unit: 'Dozen',
    code: 'BND',
    name: 'Elastic bandage',
    variants: words('6 cm|8 cm|10 cm|12 cm'),
    cost: [480, 1100],
  },
  { ...TENS, code: 'SUT-ABS', name: 'Absorbable suture', variants: words('1|0|2-0|3-0|4-0|5-0'), cost: [2600, 4400] },
  { ...TENS, code: 'SUT-NYL', name: 'Nylon suture', variants: words('2-0|3-0|4-0|5-0|6-0'), cost: [1900, 3300] },
  { ...PIECE, code: 'IVS', name: 'Infusion set', variants: words('gravity|pump|blood|burette'), cost: [95, 420] },
  { ...PIECE, code: 'EXT', name: 'Extension line', variants: words('25 cm|75 cm|150 cm'), cost: [60, 190] },
  { ...PIECE, code: 'TAP', name: 'Three-way tap', variants: words('plain|with line'), cost: [55, 140] },
  {
    ...BOXED,
    code: 'MSK',
    name: 'Face mask',
    variants: words('type IIR|respirator 2|respirator 3'),
    cost: [900, 6200],
  },
  { ...TENS, code: 'GWN', name: 'Isolation gown', variants: SIZES, cost: [1100, 2300] },
  { ...TENS, code: 'DRP', name: 'Surgical drape', variants: words('small|medium|large|split'), cost: [1800, 5400] },
  { ...BOXED, code: 'OXY', name: 'Nasal oxygen cannula', variants: words('child|adult'), cost: [4100, 6600] },
  { ...TENS, code: 'OMK', name: 'Oxygen mask', variants: words('simple|Venturi|reservoir'), cost: [900, 2200] },
  { ...PIECE, code: 'TUB', name: 'Blood tube', variants: words('EDTA|serum|citrate|glucose|heparin'), cost: [14, 38] },
  { ...BOXED, code: 'ELE', name: 'Monitoring electrode', variants: words('adult|child'), cost: [1200, 2100] },
  { ...BOXED, code: 'INC', name: 'Incontinence pad', variants: words('light|normal|night'), cost: [2400, 4600] },
  { ...BOXED, code: 'WPE', name: 'Cleansing wipe', variants: words('body|surface|alcohol'), cost: [500, 1400] },
  {
    category: 'Consumables',
    unit: 'L',
    code: 'GEL',
    name: 'Hand rub',
    variants: words('pump|wall bag|pocket'),
    cost: [420, 780],
  },
  {
    category: 'Consumables',
    unit: 'kg',
    code: 'PLA',
    name: 'Plaster of Paris',
    variants: words('fast|slow'),
    cost: [650, 990],
  },
  { ...DRUG, code: 'PAR', name: 'Paracetamol', variants: words('250 mg|500 mg|1 g'), cost: [60, 190] },
  { ...DRUG, code: 'IBU', name: 'Ibuprofen', variants: words('200 mg|400 mg|600 mg'), cost: [70, 210] },
  { ...DRUG, code: 'AMX', name: 'Amoxicillin', variants: words('250 mg|500 mg|1 g'), cost: [180, 520] },
  { ...DRUG, code: 'DOX', name: 'Doxycycline', variants: words('50 mg|100 mg'), cost: [220, 480] },
  { ...DRUG, code: 'MET', name: 'Metformin', variants: words('500 mg|850 mg|1 g'), cost: [90, 240] },
  { ...DRUG, code: 'AML', name: 'Amlodipine', variants: words('5 mg|10 mg'), cost: [80, 190] },
  { ...DRUG, code: 'BIS', name: 'Bisoprolol', variants: words('1.25 mg|2.5 mg|5 mg|10 mg'), cost: [90, 260] },
  { ...DRUG, code: 'RAM', name: 'Ramipril', variants: words('2.5 mg|5 mg|10 mg'), cost: [110, 270] },
  { ...DRUG, code: 'ATO', name: 'Atorvastatin', variants: words('10 mg|20 mg|40 mg'), cost: [140, 420] },
  { ...DRUG, code: 'OME', name: 'Omeprazole', variants: words('20 mg|40 mg'), cost: [120, 310] },
  { ...DRUG, code: 'FUR', name: 'Furosemide', variants: words('20 mg|40 mg'), cost: [80, 170] },
  { ...DRUG, code: 'WAR', name: 'Warfarin', variants: words('1 mg|3 mg|5 mg'), cost: [100, 220] },
  { ...DRUG, code: 'MIR', name: 'Mirtazapine', variants: words('15 mg|30 mg'), cost: [160, 390] },
  { ...DRUG, code: 'LAC', name: 'Lactulose sachets', variants: words('10 g|15 g'), cost: [190, 340] },
  { ...VIAL, code: 'INS', name: 'Insulin', variants: words('rapid|regular|basal|mixed'), cost: [890, 2600] },
  { ...VIAL, code: 'HEP', name: 'Heparin', variants: words('5,000 IU|25,000 IU'), cost: [310, 1250] },
  { ...VIAL, code: 'ENO', name: 'Enoxaparin', variants: words('20 mg|40 mg|60 mg|80 mg'), cost: [240, 910] },
  { ...VIAL, code: 'CEF', name: 'Ceftriaxone', variants: words('1 g|2 g'), cost: [260, 540] },
  { ...VIAL, code: 'VAN', name: 'Vancomycin', variants: words('500 mg|1 g'), cost: [480, 990] },
  { ...VIAL, code: 'PIP', name: 'Piperacillin with tazobactam', variants: words('2.25 g|4.5 g'), cost: [420, 860] },
  { ...VIAL, code: 'ADR', name: 'Adrenaline', variants: words('1 mg|10 mg'), cost: [210, 690] },
  { ...VIAL, code: 'PRO', name: 'Propofol', variants: words('20 ml|50 ml'), cost: [310, 820] },
  { ...VIAL, code: 'ROC', name: 'Rocuronium', variants: words('50 mg|100 mg'), cost: [640, 1290] },
  { ...VIAL, code: 'MOR', name: 'Morphine', variants: words('10 mg|20 mg'), cost: [150, 330] },
  { ...VIAL, code: 'KET', name: 'Ketamine', variants: words('200 mg|500 mg'), cost: [410, 880] },
  { ...VIAL, code: 'SAL', name: 'Saline 0.9 %', variants: words('100 ml|250 ml|500 ml|1 l'), cost: [85, 190] },
  { ...VIAL, code: 'GLU', name: 'Glucose 5 %', variants: words('100 ml|500 ml|1 l'), cost: [95, 210] },
  { ...VIAL, code: 'RIN', name: "Ringer's solution", variants: words('500 ml|1 l'), cost: [110, 220] },
  {
    ...VIAL,
    code: 'VAC',
    name: 'Vaccine',
    variants: words('influenza|tetanus|hepatitis B|pneumococcal'),
    cost: [890, 5900],
  },
  { ...VIAL, code: 'CON', name: 'Contrast medium', variants: words('50 ml|100 ml|200 ml'), cost: [2100, 6400] },
  { ...VIAL, code: 'EYE', name: 'Eye drops', variants: words('antibiotic|lubricant|mydriatic'), cost: [310, 920] },
  {
    category: 'Pharmacy',
    unit: 'L',
    code: 'ANT',
    name: 'Skin antiseptic',
    variants: words('clear|tinted|aqueous'),
    cost: [780, 1450],
  },
  {
    category: 'Pharmacy',
    unit: 'kg',
    code: 'OIN',
    name: 'Emollient ointment',
    variants: words('white soft|zinc|urea'),
    cost: [920, 2100],
  },
  {
    ...DEVICE,
    code: 'INF',
    name: 'Infusion pump',
    variants: words('volumetric|syringe|ambulatory'),
    cost: [98_000, 265_000],
    serial: true,
  },
  {
    ...DEVICE,
    code: 'MON',
    name: 'Patient monitor',
    variants: words('bedside|transport|central'),
    cost: [185_000, 690_000],
    serial: true,
  },
  {
    ...DEVICE,
    code: 'VEN',
    name: 'Ventilator',
    variants: words('transport|intensive care'),
    cost: [890_000, 2_450_000],
    serial: true,
  },
  {
    ...DEVICE,
    code: 'DEF',
    name: 'Defibrillator',
    variants: words('manual|automated'),
    cost: [112_000, 680_000],
    serial: true,
  },
  {
    ...DEVICE,
    code: 'ECG',
    name: 'Electrocardiograph',
    variants: words('3-channel|12-channel'),
    cost: [145_000, 420_000],
    serial: true,
  },
  {
    ...DEVICE,
    code: 'USD',
    name: 'Ultrasound probe',
    variants: words('linear|convex|phased'),
    cost: [240_000, 780_000],
    serial: true,
  },
  { ...DEVICE, code: 'BED', name: 'Care bed', variants: words('standard|low|bariatric'), cost: [98_000, 310_000] },
  { ...DEVICE, code: 'MAT', name: 'Mattress', variants: words('foam|alternating'), cost: [14_500, 92_000] },
  { ...DEVICE, code: 'WCH', name: 'Wheelchair', variants: words('standard|light|transit'), cost: [16_900, 68_000] },
  {
    ...DEVICE,
    code: 'WLK',
    name: 'Walking aid',
    variants: words('frame|rollator|crutches|stick'),
    cost: [1400, 13_500],
  },
  { ...DEVICE, code: 'HST', name: 'Patient hoist', variants: words('mobile|ceiling'), cost: [118_000, 390_000] },
  { ...DEVICE, code: 'SPH', name: 'Blood pressure meter', variants: words('manual|automatic'), cost: [3900, 21_000] },
  { ...DEVICE, code: 'THM', name: 'Thermometer', variants: words('ear|contactless'), cost: [2600, 8900] },
  { ...DEVICE, code: 'OXM', name: 'Pulse oximeter', variants: words('finger|handheld'), cost: [3200, 38_000] },
  { ...DEVICE, code: 'OTO', name: 'Otoscope', variants: words('pocket|wall'), cost: [6900, 42_000] },
  { ...DEVICE, code: 'LAR', name: 'Laryngoscope', variants: words('standard|video'), cost: [14_000, 165_000] },
  {
    ...DEVICE,
    code: 'TRL',
    name: 'Trolley',
    variants: words('dressing|emergency|linen|medicine'),
    cost: [28_000, 145_000],
  },
  { ...DEVICE, code: 'LGT', name: 'Examination light', variants: words('mobile|ceiling'), cost: [21_000, 118_000] },
  { ...DEVICE, code: 'SCL', name: 'Scale', variants: words('floor|chair|infant'), cost: [8900, 74_000] },
  {
    ...DEVICE,
    code: 'FRG',
    name: 'Medicine refrigerator',
    variants: words('70 l|140 l|300 l'),
    cost: [68_000, 245_000],
  },
];

/** Bought or sold, never kept. Costs and prices are those of one hour, day or visit. */
export const SERVICES: readonly {
  readonly code: string;
  readonly name: string;
  readonly price: Cents;
  readonly sold?: boolean;
}[] = [
  { code: 'SRV-MNT', name: 'Equipment maintenance', price: 9500 },
  { code: 'SRV-CAL', name: 'Calibration of devices', price: 7200 },
  { code: 'SRV-CLN', name: 'Ward cleaning', price: 3100 },
  { code: 'SRV-LAU', name: 'Laundry', price: 2400 },
  { code: 'SRV-WST', name: 'Clinical waste collection', price: 6800 },
  { code: 'SRV-CAT', name: 'Catering', price: 5400 },
  { code: 'SRV-COU', name: 'Laboratory courier', price: 1900 },
  { code: 'SRV-STE', name: 'Sterilisation of instruments', price: 4600 },
  { code: 'SRV-INS', name: 'Lift inspection', price: 21_000 },
  { code: 'SRV-ITS', name: 'IT support', price: 8800 },
  { code: 'SRV-TRN', name: 'Staff training', price: 12_500 },
  { code: 'SRV-AGN', name: 'Agency nursing', price: 6100 },
  { code: 'CARE-IPD', name: 'Inpatient day', price: 42_000, sold: true },
  { code: 'CARE-OPV', name: 'Outpatient visit', price: 9800, sold: true },
  { code: 'CARE-DAY', name: 'Day surgery', price: 138_000, sold: true },
  { code: 'CARE-IMG', name: 'Diagnostic imaging', price: 21_500, sold: true },
  { code: 'CARE-LAB', name: 'Laboratory panel', price: 4300, sold: true },
  { code: 'CARE-RHB', name: 'Rehabilitation session', price: 7600, sold: true },
  { code: 'CARE-RES', name: 'Residential care day', price: 16_500, sold: true },
  { code: 'CARE-RSP', name: 'Respite care day', price: 18_200, sold: true },
];
