"""What scripts/odoo says about a seeded server; the seed's credentials come on stdin.

tell.py ready ADDRESS VERSION DB USER   waits, up to two minutes, for an authenticated answer
tell.py json  ADDRESS VERSION DB USER   one line: where the server is and how to enter
tell.py env   ADDRESS VERSION DB USER   NAME=value lines for one user
"""
import json
import sys
import time
import urllib.request


def main(task, address, version, db, user):
    credentials = json.load(sys.stdin)
    if task == 'ready':
        wait_until(lambda: ask(address, version, db, credentials['admin']), seconds=120)
    elif task == 'json':
        print(json.dumps(summary(address, int(version), db, credentials)))
    else:
        who = credentials[user]
        print(f'ODOO_URL={address}\nODOO_DB={db}\nODOO_LOGIN={who["login"]}\nODOO_API_KEY={who["api_key"]}')


def summary(address, version, db, credentials):
    users = {name: who for name, who in credentials.items() if name != 'admin'}
    return {'url': address, 'version': version, 'db': db, **credentials['admin'], 'users': users, 'json2': version >= 19}


def ask(address, version, db, who):
    """Calls the API the product will use, so that "ready" means ready for it."""
    if int(version) >= 19:
        headers = {'Authorization': 'bearer ' + who['api_key'], 'X-Odoo-Database': db}
        post(address + '/json/2/res.users/context_get', {}, headers)
        return
    arguments = [db, who['uid'], who['api_key'], 'res.users', 'search_count', [[]]]
    params = {'service': 'object', 'method': 'execute_kw', 'args': arguments}
    answer = post(address + '/jsonrpc', {'jsonrpc': '2.0', 'method': 'call', 'id': 1, 'params': params}, {})
    if 'error' in answer:
        raise ValueError('Odoo refused the key')


def post(url, body, headers):
    request = urllib.request.Request(url, json.dumps(body).encode(), {'Content-Type': 'application/json', **headers})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def wait_until(attempt, seconds):
    end = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except (OSError, ValueError) as error:  # URLError and HTTPError are OSErrors
            if time.monotonic() > end:
                sys.exit(f'no answer: {error}')
            time.sleep(0.5)


main(*sys.argv[1:])
