/** An error as Odoo names it: the Python class, its text and its arguments. */
export class OdooError extends Error {
  /** For example `odoo.exceptions.UserError`. */
  readonly python: string;
  readonly parameters: readonly unknown[];

  constructor(python: string, message: string, parameters: readonly unknown[] = [message]) {
    super(message);
    this.python = python;
    this.parameters = parameters;
  }
}

/** An error of the HTTP layer (`werkzeug.exceptions`): JSON-2 answers it with its own status. */
export class HttpError extends OdooError {
  readonly status: number;

  constructor(status: number, className: string, message: string) {
    super(`werkzeug.exceptions.${className}`, message, [message, status]);
    this.status = status;
  }
}

const exception = (className: string) => (message: string) => new OdooError(`odoo.exceptions.${className}`, message);
const builtin = (className: string) => (message: string) => new OdooError(`builtins.${className}`, message);

export const userError = exception('UserError');
export const validationError = exception('ValidationError');
export const accessError = exception('AccessError');
export const accessDenied = () => exception('AccessDenied')('Access Denied');
export const valueError = builtin('ValueError');
export const keyError = builtin('KeyError');
export const typeError = builtin('TypeError');
export const attributeError = builtin('AttributeError');

export const notFound = (message: string) => new HttpError(404, 'NotFound', message);
export const unprocessable = (message: string) => new HttpError(422, 'UnprocessableEntity', message);
export const unauthorized = (message: string) => new HttpError(401, 'Unauthorized', message);
export const badRequest = (message: string) => new HttpError(400, 'BadRequest', message);

export const missingError = (model: string, ids: readonly unknown[], uid: number): OdooError =>
  exception('MissingError')(
    `Record does not exist or has been deleted.\n(Record: ${model}(${ids.map(python).join(', ')},), User: ${uid})`,
  );

const python = (id: unknown): string => (typeof id === 'string' ? `'${id}'` : String(id));
