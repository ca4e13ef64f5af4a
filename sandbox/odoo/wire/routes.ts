import { type Answer, type Asked, errorPage, htmlAnswer, jsonAnswer, oldErrorPage } from './answer.ts';
import { answerDocument, answerJson2 } from './json2.ts';
import { answerJsonRpc } from './jsonrpc.ts';
import type { Service } from './service.ts';

/** Every path that Odoo answers here. JSON-2 and the health check came after 14. */
export const route = (service: Service, asked: Asked): Answer => {
  const { path } = asked;
  const { version } = service.running.engine;
  if (path === '/jsonrpc') return answerJsonRpc(service, asked);
  // Not Odoo's: lets whoever started this process tell it from another that has taken its port since.
  if (path === '/sandbox/instance') return { status: 200, type: 'text/plain', body: service.instance };
  if (path === '/web/database/list') return jsonAnswer({ jsonrpc: '2.0', id: null, result: [service.db] });
  if (version === 14) return htmlAnswer(404, oldErrorPage('404 Not Found', NOT_FOUND));
  if (path === '/web/version' || path === '/json/version') {
    return jsonAnswer({ version_info: [19, 0, 0, 'final', 0, ''], version: '19.0' });
  }
  if (path === '/web/health') {
    const isDeep = asked.query.get('db_server_status') !== null;
    return jsonAnswer({ status: 'pass', ...(isDeep && { db_server_status: true }) }, 200, 'application/json');
  }
  if (path.startsWith('/json/2/') || path === '/json/2') return answerJson2(service, asked);
  if (path.startsWith('/doc-bearer/')) return answerDocument(service, asked);
  // The sandbox has no automation rules, so no hook is known.
  if (path.startsWith('/web/hook/')) return jsonAnswer({ status: 'error' }, 404);
  return htmlAnswer(404, errorPage('404 Not Found', NOT_FOUND));
};

const NOT_FOUND =
  'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.';
