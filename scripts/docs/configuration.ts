import { z } from 'zod';
import { listSettings, type Setting } from '../../platform/settings.ts';
import { code, GENERATED, tableHead, tableRow } from './markdown.ts';

/** `docs/configuration.md`, from the schema the loader itself uses. */
export const renderConfiguration = (): string => {
  const groups = new Set(listSettings().map(groupOf));
  return [INTRODUCTION, ...[...groups].map(renderGroup)].join('\n');
};

const INTRODUCTION = `${GENERATED}

# Configuration

Nothing has to be configured: \`npm start\` runs with the defaults below and stand-ins for the owning systems. An address
that is set replaces its stand-in.

**Precedence.** Default < file < environment. The file is JSON, named by \`CAREGRAPH_CONFIG\`; an environment variable
that is set and not empty wins over it. A setting without an environment name is set in the file only.

**Checks.** The configuration is read once, at start, and does not change afterwards. Unknown keys in the file and
unknown names that begin with \`CAREGRAPH_\` are refused. All problems are reported together, by name and reason and
never with a value, and the process ends.

**Secrets** (marked so below) come from the environment, or from a file that \`<NAME>_FILE\` points to, for example
\`ODOO_API_KEY_FILE=/run/secrets/odoo\`; white space around the content is removed. In the configuration file they are
refused. They are never printed.

**Durations** are milliseconds and sizes are bytes, as plain numbers.

A file for a real Odoo with two facilities, whose key stands in \`ODOO_API_KEY\`:

\`\`\`json
{
  "server": { "host": "0.0.0.0", "port": 8080 },
  "identity": { "issuer": "https://login.hospital.example", "audience": "urn:caregraph" },
  "odoo": { "url": "https://odoo.hospital.example", "db": "production", "reads": 6 },
  "facilities": { "north": { "odooCompany": 1 }, "harbor": { "odooCompany": 2 } }
}
\`\`\`
`;

const TITLES = ['Setting', 'Environment', 'Values', 'Default', 'Unit', 'What it is'];

const groupOf = ({ path }: Setting): string => path[0] ?? '';

const renderGroup = (group: string): string => {
  const rows = listSettings().filter((setting) => groupOf(setting) === group);
  return [`## ${group}\n`, tableHead(TITLES), ...rows.map(renderSetting), ''].join('\n');
};

const renderSetting = (setting: Setting): string =>
  tableRow([
    code(setting.path.join('.')),
    setting.env === undefined ? '–' : code(setting.env),
    setting.secret === true ? '**secret**' : describeValues(setting),
    describeDefault(setting),
    setting.unit ?? '–',
    setting.description,
  ]);

const describeDefault = ({ schema }: Setting): string => {
  const { data } = schema.safeParse(undefined);
  if (data === undefined) return 'unset';
  return code(typeof data === 'string' ? data : JSON.stringify(data));
};

/** The part of JSON Schema that settings use. */
interface Shape {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Shape;
}

const describeValues = ({ schema }: Setting): string =>
  describeShape(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape);

const describeShape = (shape: Shape): string => {
  if (shape.enum !== undefined) return shape.enum.map(code).join(', ');
  if (shape.items !== undefined) return `list of ${describeShape(shape.items)}`;
  if (shape.type === 'integer') return `${shape.minimum} to ${shape.maximum}`;
  if (shape.format === 'uri') return 'http(s) address';
  return shape.type === 'string' ? 'text' : (shape.type ?? '–');
};
