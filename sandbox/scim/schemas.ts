import SCIMMY from 'scimmy';

export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
/** What a workforce system knows of an employee, and no schema of the standard has a place for. */
export const WORKFORCE = 'urn:caregraph:params:scim:schemas:workforce:2.0:User';
/** What makes a group a department. */
export const DEPARTMENT = 'urn:caregraph:params:scim:schemas:workforce:2.0:Group';

const { Attribute, SchemaDefinition } = SCIMMY.Types;

const text = (name: string, description: string) => new Attribute('string', name, { description, caseExact: true });

/** One of a few words, the same in any case. */
const word = (name: string, description: string) => new Attribute('string', name, { description });

/** SCIMMY takes none but IETF names for a new schema; whose it is, is set behind its back. */
const schemaOf = (id: string, name: string, description: string, attributes: InstanceType<typeof Attribute>[]) =>
  Object.assign(new SchemaDefinition(name, `urn:ietf:params:scim:schemas:${name}`, description, attributes), { id });

const workforceUser = schemaOf(WORKFORCE, 'WorkforceUser', 'Employment of a user', [
  text('hireDate', 'First day of employment, as YYYY-MM-DD.'),
  word('employmentStatus', 'Whether the user works, is on leave, or has left.'),
  // Text: SCIMMY takes no whole number for a decimal one.
  text('fte', 'Share of a full post, a decimal number.'),
  text('position', 'What the user is employed as.'),
  text('facilityCode', 'Site of work; unset for those who work for the group as a whole.'),
  text('practitionerNumber', 'Number under which the user gives care.'),
  new Attribute('complex', 'compensation', { description: 'What the work is paid with.' }, [
    text('amount', 'Exact decimal number.'),
    text('currency', 'ISO 4217 code.'),
    word('per', 'Period that the amount pays.'),
  ]),
]);

const workforceGroup = schemaOf(DEPARTMENT, 'WorkforceGroup', 'Department behind a group', [
  text('code', "The department's code."),
  text('costCenterCode', 'Cost center that carries it.'),
  text('facilityCode', 'Site it belongs to; unset for what the group shares.'),
  new Attribute('complex', 'head', { description: 'Who leads it.' }, [text('value', 'Id of the user.')]),
]);

const { User, Group } = SCIMMY.Resources;

/** The resource types of the server, each with its schema and the extensions it may carry. */
export const RESOURCE_TYPES = {
  User: { resource: User, schema: CORE_USER, endpoint: '/Users', unique: 'userName' },
  Group: { resource: Group, schema: CORE_GROUP, endpoint: '/Groups', unique: undefined },
} as const;

export type TypeName = keyof typeof RESOURCE_TYPES;

let isDeclared = false;

/** SCIMMY keeps one list of types for the process, whatever the number of servers. */
export const declareTypes = (): void => {
  if (isDeclared) return;
  isDeclared = true;
  SCIMMY.Resources.declare(User, { extensions: [{ schema: SCIMMY.Schemas.EnterpriseUser, required: false }] });
  SCIMMY.Resources.declare(Group, {});
  SCIMMY.Schemas.User.definition.extend(workforceUser, false);
  SCIMMY.Schemas.Group.definition.extend(workforceGroup, false);
  // Numbers and codes are what they are, in upper case as in lower.
  for (const name of ['employeeNumber', 'costCenter', 'department'])
    Object.assign(SCIMMY.Schemas.EnterpriseUser.definition.attribute(name).config, { caseExact: true });
};

/** How an attribute is defined; undefined for a path that the type does not have. */
export const attributeOf = (type: TypeName, path: string): InstanceType<typeof Attribute> | undefined => {
  try {
    const found = RESOURCE_TYPES[type].resource.schema.definition.attribute(path);
    return found instanceof Attribute ? found : undefined;
  } catch {
    return undefined;
  }
};
