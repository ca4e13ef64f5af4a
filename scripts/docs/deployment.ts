import { type Compose, readCompose, type Service } from '../deployment/compose-file.ts';
import { code, GENERATED, tableHead, tableRow } from './markdown.ts';

/** `docs/deployment.md`, from `docker-compose.yml` as it is with nothing set. */
export const renderDeployment = (): string => {
  const compose = readCompose();
  const { services } = compose;
  return [
    INTRODUCTION,
    '## Services and networks\n',
    picture(compose),
    LEGEND,
    tableHead(['Service', 'Image', 'Runs', 'Networks', 'Waits for']),
    ...Object.entries(services).map(([name, service]) => serviceRow(name, service)),
    '\n## Who is given which secret\n',
    tableHead(['Secret', 'Given to']),
    ...Object.keys(compose.secrets).map((secret) => tableRow([code(secret), holders(compose, secret)])),
    OUTLOOK,
  ].join('\n');
};

/** A line for each service to each that it waits for, with the networks they share. */
const picture = ({ services }: Compose): string => {
  const nodes = Object.entries(services).map(([name, { build, deploy }]) => {
    const label = deploy === undefined ? name : `${name} × ${deploy.replicas}`;
    return build === undefined ? `  ${name}[(${label})]` : `  ${name}[${label}]`;
  });
  const lines = Object.entries(services).flatMap(([name, { depends_on: others, networks }]) =>
    Object.keys(others).map((other) => {
      const shared = networks.filter((network) => services[other]?.networks.includes(network));
      return `  ${name} -- ${shared.join(', ')} --> ${other}`;
    }),
  );
  return ['```mermaid', 'flowchart LR', ...nodes, ...lines, '```'].join('\n');
};

const serviceRow = (name: string, service: Service): string => {
  const { build, image, command, networks, depends_on: others } = service;
  const runs = (command ?? []).join(' ');
  return tableRow([
    code(name),
    build === undefined ? code(image) : 'ours',
    runs === '' ? '' : code(runs),
    networks.map(code).join(', '),
    Object.keys(others).map(code).join(', '),
  ]);
};

const holders = ({ services }: Compose, secret: string): string =>
  Object.entries(services)
    .filter(([, { secrets }]) => secrets.includes(secret))
    .map(([name]) => code(name))
    .join(', ');

const INTRODUCTION = `${GENERATED}

# Deployment

\`docker-compose.yml\` runs the product in parts: gateways, each subgraph as a service of its own, and the systems below
them. Its first lines name what can be set.

\`\`\`sh
sh deploy/docker/make-secrets        # once
docker compose up --build --detach
curl -s http://127.0.0.1:8080/realms/caregraph/protocol/openid-connect/token -d grant_type=client_credentials \\
  -d client_id=demo -d "client_secret=$(cat deploy/docker/secrets/oidc_demo_secret)" \\
  -d 'scope=procurement:read hr:read'
\`\`\`

The last command asks for an \`access_token\` for the gateways, which are on ports 4000 and 4001. It has the scopes that are
asked for, and the facilities of \`deploy/docker/realm.json\`.

**What has been tried.** A test reads the file and holds it to the code: subgraphs, entry points, settings, secrets and
health checks, and that there is a network between two services where one calls the other. Another test starts what the
file says as processes of one machine: two gateways, each subgraph, our stand-ins and Redis, with a PostgreSQL server and
the sandbox Odoo. It kills some of them and ends the others. **Neither starts a container**: what only an engine does, such
as networks, users and read-only file systems, has not been seen to work, and neither have the images of Odoo and Keycloak.
`;

const LEGEND = `
An arrow waits for its end to be well, and calls it; on it stand the networks that both are in. A box is our image, a
cylinder somebody else's.
`;

const OUTLOOK = `
The keys of all subgraphs' envelopes are derived from \`subgraph_secret\`, which only gateways have. Each subgraph has its own
\`subgraph_key_*\`: one that is taken over cannot sign for another. What stands in the place of masked values is hashed with
\`mask_secret\`, by gateways and subgraphs alike; whoever makes another changes all hashes.

## What is not here

No collector of telemetry, Prometheus or Grafana: the product writes its log to standard error and answers \`/livez\` and
\`/readyz\`, and emits nothing that they would take.
`;
