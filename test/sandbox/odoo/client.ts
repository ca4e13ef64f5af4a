import type { OdooSandbox } from '../../../sandbox/odoo/server.ts';

export type Json2 = <T = unknown>(model: string, method: string, body?: unknown) => Promise<T>;

/** Calls a sandbox over JSON-2 and answers the result; an error of Odoo is thrown with its name. */
export const json2 =
  (odoo: OdooSandbox, apiKey: string): Json2 =>
  async <T>(model: string, method: string, body: unknown = {}) => {
    const response = await fetch(`${odoo.url}/json/2/${model}/${method}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `bearer ${apiKey}`, 'X-Odoo-Database': odoo.db },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as T & { readonly name?: string; readonly message?: string };
    if (!response.ok) throw new Error(`${answer.name}: ${answer.message}`);
    return answer;
  };

/** The same over JSON-RPC. */
export const jsonRpc =
  (odoo: OdooSandbox, { id, apiKey }: { readonly id: number; readonly apiKey: string }) =>
  async <T = unknown>(model: string, method: string, args: readonly unknown[] = [], named: object = {}): Promise<T> => {
    const params = { service: 'object', method: 'execute_kw', args: [odoo.db, id, apiKey, model, method, args, named] };
    const response = await fetch(`${odoo.url}/jsonrpc`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 1, params }),
    });
    const answer = (await response.json()) as { result: T; error?: { data: { name: string; message: string } } };
    if (answer.error !== undefined) throw new Error(`${answer.error.data.name}: ${answer.error.data.message}`);
    return answer.result;
  };
