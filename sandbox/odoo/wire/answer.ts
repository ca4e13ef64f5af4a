import { OdooError } from '../engine/errors.ts';

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const HTML_TYPE = 'text/html; charset=utf-8';

export const jsonAnswer = (value: unknown, status = 200, type = JSON_TYPE): Answer => ({
  status,
  type,
  body: JSON.stringify(value ?? null),
});

export const htmlAnswer = (status: number, body: string): Answer => ({ status, type: HTML_TYPE, body });

/** An error as Odoo serialises it, `debug` included: a real one carries a traceback, and a client must not pass it on. */
export const errorObject = (error: OdooError, where: string, version: 14 | 19): Record<string, unknown> => {
  const { python: name, message, parameters } = error;
  const debug = traceback(name, message, where);
  return version === 14
    ? { name, debug, message, arguments: parameters, context: {} }
    : { name, message, arguments: parameters, context: {}, debug };
};

/** Anything that is not Odoo's own error is a fault of the sandbox, and looks like a crash of Odoo. */
export const asOdooError = (error: unknown): OdooError =>
  error instanceof OdooError
    ? error
    : new OdooError('builtins.RuntimeError', error instanceof Error ? error.message : 'unknown');

const traceback = (name: string, message: string, where: string): string =>
  [
    'Traceback (most recent call last):',
    '  File "/usr/lib/python3/dist-packages/odoo/http.py", line 2171, in _transactioning',
    '    return service_model.retrying(func, env=self.env)',
    '  File "/usr/lib/python3/dist-packages/odoo/service/model.py", line 184, in retrying',
    '    result = func()',
    `  File "/usr/lib/python3/dist-packages/odoo/addons/${where.split('.')[0] ?? 'base'}/models/${where.replaceAll('.', '_')}.py", line 417, in wrapper`,
    "    self.env.cr.execute(query, params)  # dsn='host=10.20.0.7 user=odoo password=not-for-clients'",
    `${name}: ${message}`,
    '',
  ].join('\n');

/** Werkzeug's page, as 19 writes it. */
export const errorPage = (title: string, text: string): string =>
  `<!doctype html>\n<html lang=en>\n<title>${title}</title>\n<h1>${title.slice(4)}</h1>\n<p>${text}</p>\n`;

/** The same from the older Werkzeug under 14. */
export const oldErrorPage = (title: string, text: string): string =>
  `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<title>${title}</title>\n<h1>${title.slice(4)}</h1>\n<p>${text}</p>\n`;

export const NO_DATABASE = htmlAnswer(
  404,
  '<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>No database is selected and the requested URL was not found in the server-wide controllers.</p>\n<p>Please verify the hostname, <a href=/web/login>login</a> and try again.</p>\n\n<!-- Alternatively, use the X-Odoo-Database header. -->\n',
);

export const wrongType = (asked: string, wanted: string, type: string): Answer =>
  htmlAnswer(
    415,
    errorPage(
      '415 Unsupported Media Type',
      `Request inferred type is compatible with [${asked}] but &#39;${wanted}&#39; is type=&#39;${type}&#39;.<br><br>Please verify the Content-Type request header and try again.`,
    ),
  );

/** True for `application/json`, whatever its parameters. */
export const isJson = (asked: Asked): boolean => {
  const type = asked.headers['content-type'];
  return typeof type === 'string' && type.split(';')[0]?.trim().toLowerCase() === 'application/json';
};

/** What Python's json module says about a text that is not JSON; its place is where V8 stopped. */
export const parseFailure = (text: string, error: unknown): string => {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  const at = position === undefined ? text.length : Number(position);
  const before = text.slice(0, at).split('\n');
  return `Expecting value: line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1} (char ${at})`;
};
