/** A query the explorer opens in a tab of its own. */
export interface Example {
  readonly title: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** What the page is told. It is public: anybody may load the page. */
export interface PageSettings {
  /** Path of the graph. */
  readonly endpoint: string;
  /** Where a caller gets a token: printed by `npm run token`, from an identity provider, or not needed at all. */
  readonly tokens: 'development' | 'provider' | 'none';
  readonly examples: readonly Example[];
}

/** The page. It holds no script of its own: settings stand in a data block, so that the policy can refuse inline code. */
export const renderPage = (settings: PageSettings): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Caregraph explorer</title>
<link rel="icon" type="image/svg+xml" href="/explorer/icon.svg">
<link rel="stylesheet" href="/explorer/graphiql.css">
<link rel="stylesheet" href="/explorer/explorer.css">
</head>
<body>
<header id="access" aria-live="polite" hidden></header>
<main id="explorer"><p>Loading the explorer …</p><noscript><p>The explorer needs JavaScript.</p></noscript></main>
<script type="application/json" id="settings">${dataBlock(settings)}</script>
<script defer src="/explorer/react.js"></script>
<script defer src="/explorer/react-dom.js"></script>
<script defer src="/explorer/graphiql.js"></script>
<script type="module" src="/explorer/explorer.js"></script>
</body>
</html>
`;

/** The page that shows the access matrix, likewise. It holds nothing of the matrix: that comes from the graph, to who may see it. */
export const renderMatrixPage = ({
  endpoint,
  tokens,
}: Pick<PageSettings, 'endpoint' | 'tokens'>): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Caregraph access matrix</title>
<link rel="icon" type="image/svg+xml" href="/explorer/icon.svg">
<link rel="stylesheet" href="/explorer/explorer.css">
<link rel="stylesheet" href="/explorer/matrix.css">
</head>
<body>
<header id="access" aria-live="polite" hidden></header>
<main id="matrix">
<h1>Who sees which field</h1>
<form id="filters" hidden>
<label>Field <input name="text" type="search"></label>
<label>Class <select name="dataClass"><option value="">any</option></select></label>
<label>Audience <select name="audience"><option value="">all</option></select></label>
<label>Purpose <select name="purpose"><option value="">all</option></select></label>
<label>Seen <select name="word"><option value="">in any way</option></select></label>
</form>
<p id="said" role="status"></p>
<table id="fields"></table>
<noscript><p>The matrix needs JavaScript.</p></noscript>
</main>
<script type="application/json" id="settings">${dataBlock({ endpoint, tokens })}</script>
<script type="module" src="/explorer/matrix.js"></script>
</body>
</html>
`;

/** JSON that cannot end the script element it stands in. */
const dataBlock = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
