import { createHash } from 'node:crypto';
import { distPath } from '../../engine/paths.ts';
import { readRegularFile } from '../../engine/regular-file.ts';
import type { PageData } from './types.ts';

/** What HTML or JavaScript would act on in a script element. */
const acting = /[<>&\u2028\u2029]/g;

/** Returns JSON of a value that is text alone wherever it stands in HTML. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    acting,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Returns the page as one file (rule 6.22): it holds the only script and style that its policy lets a browser use, and refers to
 * nothing outside. Throws the system's error when dist/ is not complete.
 */
export function pageText(data: PageData): string {
  const script = made('page.js');
  const style = made('page-style.css');
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(script)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Cackle</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<noscript><p>This report needs JavaScript, which it has within itself; it loads nothing.</p></noscript>
<script type="application/json" id="data">${scriptJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** Reads what the bundle made for the page. */
function made(name: string): string {
  const text = readRegularFile(distPath('html', name)).toString().trim();
  if (/<\/?(?:script|style)|<!--/i.test(text)) throw new Error(`${name} would end its element`);
  return text;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
