"""Fills an Odoo (14 to 19) with the invented records the contract tests rely on, and makes API keys for it.

Runs inside Odoo, as the superuser:

    SEED_CREDENTIALS=/path/keys.json odoo shell -d DATABASE --no-http --shell-interface=python < seed.py

Every record carries an external id in module "seed" and is left alone when that id exists, so the seed may be run
again. All is committed in one transaction; the credentials file is written after it and tells that it succeeded.
Modules needed: account, purchase, stock, purchase_stock, purchase_requisition, product_expiry (on 14 also
l10n_generic_coa). With hr there are a department and an employee as well.
"""
import json
import os
import secrets

from odoo import release

VERSION = release.version_info[0]
CREDENTIALS = os.environ['SEED_CREDENTIALS']

# `env` is what odoo shell provides. Tracking off: no chatter, no mail.
env = env(context=dict(env.context, tracking_disable=True, mail_create_nosubscribe=True))  # noqa: F821

# default_code, name, cost, what else is set, number of the vendor
PRODUCTS = [
    ('GLV-M', 'Nitrile Gloves M', 8.5, {}, 1),
    ('SYR-10', 'Syringe 10ml', 0.35, {}, 2),
    ('VAC-FLU', 'Flu Vaccine', 14.0, {'tracking': 'lot'}, 3),
    ('INF-PUMP', 'Infusion Pump', 1250.0, {'tracking': 'serial'}, 1),
    ('MAINT', 'Equipment Maintenance', 90.0, {'type': 'service'}, 2),
]
VENDORS = ['Acme Medical Supply', 'Borealis Pharma', 'Cobalt Office']
ON_HAND = {'GLV-M': 120, 'SYR-10': 400, 'VAC-FLU': 50}
ORDERED = {'GLV-M': 40, 'SYR-10': 500}

# What was enough for a service user to go from purchase to payment and to keep the masters.
GATEWAY_GROUPS = [
    'base.group_user',
    'base.group_partner_manager',
    'base.group_multi_company',
    'product.group_product_manager',
    'purchase.group_purchase_user',
    'stock.group_stock_user',
    'stock.group_stock_multi_locations',
    'stock.group_production_lot',
    'account.group_account_invoice',
    'analytic.group_analytic_accounting',
    'uom.group_uom',
]
if VERSION < 15:  # only a stock manager may create products or count stock there
    GATEWAY_GROUPS.append('stock.group_stock_manager')


def seed():
    north, south = seed_companies()
    users = seed_users(north, south)
    env_of_both(north, south)
    vendors = seed_partners()
    products = seed_products(vendors)
    seed_organisation(north)
    for tag, company in (('north', north), ('south', south)):
        warehouse = seed_warehouse(tag, company)
        seed_stock(tag, company, warehouse, products)
        seed_orders(tag, company, warehouse, vendors[0], products)
        seed_bill(tag, company, vendors[2], products['MAINT'])
    credentials = {name: credentials_of(name, user) for name, user in users.items()}
    env.cr.commit()
    write_credentials(credentials)


# --- companies and users


def seed_companies():
    north = env.ref('base.main_company')
    north.write({'name': 'North Facility'})
    switch_on('group_stock_multi_locations', 'group_stock_production_lot', 'group_lot_on_delivery_slip',
              'group_analytic_accounting', 'group_uom')
    # No country: since 17 a company created with one installs that country's accounting inside the call.
    south = put('company_south', 'res.company', {'name': 'South Facility', 'currency_id': north.currency_id.id})
    env.ref('base.user_admin').write({'company_ids': [(4, south.id)]})
    for company in (north, south):
        load_chart_of_accounts(company)
    return north, south


def switch_on(*features):
    """Ticks those boxes of the settings that this version has."""
    settings = env['res.config.settings']
    settings.create({name: True for name in features if has_field('res.config.settings', name)}).execute()


def load_chart_of_accounts(company):
    owner = 'company_ids' if has_field('account.account', 'company_ids') else 'company_id'
    if env['account.account'].sudo().search_count([(owner, '=', company.id)]):
        return
    if VERSION >= 17:
        charts = env['account.chart.template'].with_company(company)
        charts.try_loading('generic_coa', company=company, install_demo=False)
    else:
        chart = env.ref('l10n_generic_coa.configurable_chart_template')
        chart.with_company(company).try_loading(company=company)


def seed_users(north, south):
    both, only_north = [north.id, south.id], [north.id]
    buyer_groups = ['base.group_user', 'purchase.group_purchase_user']
    return {
        'admin': env.ref('base.user_admin'),
        'gateway': put_user('user_gateway', 'svc.gateway', 'Gateway Service', GATEWAY_GROUPS, both),
        'purchase_only': put_user('user_buyer', 'svc.purchase', 'Purchase Only', buyer_groups, only_north),
    }


def put_user(name, login, label, groups, companies):
    records = [env.ref(group, raise_if_not_found=False) for group in groups]
    return put(name, 'res.users', {
        'name': label,
        'login': login,
        'email': login + '@example.test',
        'company_id': companies[0],
        'company_ids': [(6, 0, companies)],
        'group_ids' if has_field('res.users', 'group_ids') else 'groups_id': [(6, 0, [g.id for g in records if g])],
    }, no_reset_password=True)


def env_of_both(north, south):
    """From here on both companies' records are in sight."""
    global env
    env = env(context=dict(env.context, allowed_company_ids=[north.id, south.id]))


# --- masters


def seed_partners():
    put('customer_1', 'res.partner', {'name': 'Delta Clinic', 'ref': 'C-001', 'customer_rank': 1, 'is_company': True})
    return [
        put('vendor_%d' % number, 'res.partner', {
            'name': name,
            'ref': 'V-%03d' % number,
            'supplier_rank': 1,
            'is_company': True,
            'email': 'v%d@example.test' % number,
        })
        for number, name in enumerate(VENDORS, 1)
    ]


def seed_products(vendors):
    category = put('categ', 'product.category', {'name': 'Clinical Supplies'})
    stored = {'type': 'consu', 'is_storable': True} if has_field('product.template', 'is_storable') else {'type': 'product'}
    products = {}
    for index, (code, name, cost, extra, vendor) in enumerate(PRODUCTS):
        values = {'name': name, 'default_code': code, 'standard_price': cost, 'categ_id': category.id, 'purchase_ok': True}
        if extra.get('type') != 'service':
            values.update(stored, list_price=cost * 1.4)
        products[code] = put('product_' + slug(code), 'product.product', dict(values, **extra))
        seed_price(index, vendors[vendor - 1], products[code])
    return products


def seed_price(index, vendor, product):
    vendor_field = 'partner_id' if has_field('product.supplierinfo', 'partner_id') else 'name'
    put('seller_%d' % index, 'product.supplierinfo', {
        vendor_field: vendor.id,
        'product_tmpl_id': product.product_tmpl_id.id,
        'price': product.standard_price,
        'min_qty': 1,
        'delay': 3,
    })


def seed_organisation(north):
    if 'hr.employee' in env:
        department = put('dept_purchasing', 'hr.department', {'name': 'Purchasing', 'company_id': north.id})
        put('employee_1', 'hr.employee', {
            'name': 'Elena Ruiz',
            'department_id': department.id,
            'company_id': north.id,
            'work_email': 'elena@example.test',
        })
    if 'account.analytic.plan' in env:
        parent = {'plan_id': put('plan', 'account.analytic.plan', {'name': 'Cost Centres'}).id}
    else:
        parent = {'group_id': put('plan', 'account.analytic.group', {'name': 'Cost Centres', 'company_id': False}).id}
    put('cc_icu', 'account.analytic.account', dict(parent, name='ICU', code='CC-ICU', company_id=False))


# --- what each facility has


def seed_warehouse(tag, company):
    warehouses = env['stock.warehouse']
    warehouse = warehouses.search([('company_id', '=', company.id)], limit=1)
    if not warehouse:
        values = {'name': company.name, 'code': tag[:2].upper(), 'company_id': company.id}
        warehouse = warehouses.with_company(company).create(values)
    return name_it('wh_' + tag, warehouse)


def seed_stock(tag, company, warehouse, products):
    lots = 'stock.lot' if 'stock.lot' in env else 'stock.production.lot'
    lot = put('lot_flu_' + tag, lots, {
        'name': 'LOT-%s-1' % tag.upper(),
        'product_id': products['VAC-FLU'].id,
        'company_id': company.id,
    })
    for code, quantity in ON_HAND.items():
        name = 'quant_%s_%s' % (slug(code), tag)
        if not find(name):
            count(company, warehouse.lot_stock_id, products[code], quantity, lot if code == 'VAC-FLU' else None)
            here = [('product_id', '=', products[code].id), ('location_id', '=', warehouse.lot_stock_id.id)]
            name_it(name, env['stock.quant'].search(here, limit=1))
    put('op_glv_' + tag, 'stock.warehouse.orderpoint', {
        'product_id': products['GLV-M'].id,
        'warehouse_id': warehouse.id,
        'location_id': warehouse.lot_stock_id.id,
        'company_id': company.id,
        'product_min_qty': 50,
        'product_max_qty': 200,
        'qty_multiple': 10,
    })


def count(company, location, product, quantity, lot):
    """An inventory count, which is what moves stock; since 15 it has to be applied."""
    quant = env['stock.quant'].with_company(company).with_context(inventory_mode=True).create({
        'product_id': product.id,
        'location_id': location.id,
        'lot_id': lot.id if lot else False,
        'inventory_quantity': quantity,
    })
    if VERSION >= 15:
        quant.action_apply_inventory()


def seed_orders(tag, company, warehouse, vendor, products):
    for state in ('confirmed', 'draft'):
        name = 'po_%s_%s' % (state, tag)
        if find(name):
            continue
        order = put(name, 'purchase.order', {
            'partner_id': vendor.id,
            'company_id': company.id,
            'picking_type_id': warehouse.in_type_id.id,
            'partner_ref': name.upper(),
            'origin': 'seed:' + name,
            'order_line': [(0, 0, order_line(products[code], quantity)) for code, quantity in ORDERED.items()],
        }, company)
        if state == 'confirmed':
            order.with_company(company).button_confirm()


def order_line(product, quantity):
    unit = 'product_uom_id' if has_field('purchase.order.line', 'product_uom_id') else 'product_uom'
    return {
        'product_id': product.id,
        'name': product.name,
        'product_qty': quantity,
        unit: product.uom_id.id,
        'price_unit': product.standard_price,
        'date_planned': '2030-01-15 12:00:00',
    }


def seed_bill(tag, company, vendor, service):
    if find('bill_' + tag):
        return
    line = {'product_id': service.id, 'name': 'Maintenance', 'quantity': 2, 'price_unit': 90.0}
    bill = put('bill_' + tag, 'account.move', {
        'move_type': 'in_invoice',
        'partner_id': vendor.id,
        'company_id': company.id,
        'invoice_date': '2026-01-31',
        'date': '2026-01-31',
        'ref': 'INV-SEED-' + tag,
        'invoice_line_ids': [(0, 0, line)],
    }, company, default_move_type='in_invoice')
    bill.with_company(company).action_post()


# --- credentials


def credentials_of(name, user):
    known = read_credentials().get(name, {})
    keys = env['res.users.apikeys']
    if not known.get('api_key') or keys._check_credentials(scope='rpc', key=known['api_key']) != user.id:
        known['api_key'] = new_key(user)
    if name == 'admin' and 'password' not in known:
        # Odoo's own is "admin".
        known['password'] = secrets.token_urlsafe(18)
        user.write({'password': known['password']})
    return dict(known, login=user.login, uid=user.id)


def new_key(user):
    # sudo: since 18 only an administrator may have a key that does not expire.
    keys = env['res.users.apikeys'].with_user(user).sudo()
    return keys._generate(None, 'caregraph', None) if VERSION >= 18 else keys._generate(None, 'caregraph')


def read_credentials():
    if not os.path.exists(CREDENTIALS):
        return {}
    with open(CREDENTIALS) as file:
        return json.load(file)


def write_credentials(credentials):
    draft = CREDENTIALS + '.new'
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w') as file:
        json.dump(credentials, file)
    os.replace(draft, CREDENTIALS)


# --- records by external id


def find(name):
    return env.ref('seed.' + name, raise_if_not_found=False)


def put(name, model, values, company=None, **context):
    """The record of that name, created from `values` when there is none; fields this version lacks are left out."""
    record = find(name)
    if record:
        return record
    records = env[model].with_context(**context)
    if company:
        records = records.with_company(company)
    return name_it(name, records.create({key: value for key, value in values.items() if has_field(model, key)}))


def name_it(name, record):
    if not find(name):
        names = {'module': 'seed', 'name': name, 'model': record._name, 'res_id': record.id, 'noupdate': True}
        env['ir.model.data'].sudo().create(names)
    return record


def has_field(model, name):
    return name in env[model]._fields


def slug(code):
    return code.lower().replace('-', '_')


seed()
