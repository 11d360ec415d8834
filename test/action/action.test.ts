import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limitedCommands } from '../../action/commands.mjs';
import { packageRoot } from '../../engine/paths.ts';
import { commit, git, lockVersions, repository } from '../diff/support.ts';
import { fixture, workspacePlace } from '../support/cackle.ts';

/** The environment of the step, as action.yml makes it of the inputs. */
function stepEnvironment(inputs: Readonly<Record<string, string>>): Record<string, string> {
  const text = readFileSync(join(packageRoot(), 'action.yml'), 'utf8');
  const defaults = new Map(
    [...text.matchAll(/^ {2}([a-z-]+):\n {4}description: .*\n {4}default: (.*)$/gm)].map(
      ([, name = '', value = '']) => [name, value.replace(/^'(.*)'$/, '$1')],
    ),
  );
  const unknown = Object.keys(inputs).filter((name) => !defaults.has(name));
  expect(unknown).toEqual([]);
  return Object.fromEntries(
    [...text.matchAll(/^ {8}([A-Z_]+): \$\{\{ inputs\.([a-z-]+) \}\}$/gm)].map(
      ([, variable = '', name = '']) => [variable, inputs[name] ?? defaults.get(name) ?? ''],
    ),
  );
}

interface Step {
  readonly status: number | null;
  readonly log: string;
  readonly summary: string;
  readonly outputs: string;
}

/** Runs the step as GitHub does: its command, in the checkout, with the files that GitHub reads afterwards. */
async function step(
  checkout: string,
  inputs: Readonly<Record<string, string>>,
  event: object,
  more: NodeJS.ProcessEnv = {},
): Promise<Step> {
  const place = workspacePlace('action-runner');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const [summary, outputs, eventFile] = ['summary', 'outputs', 'event.json'].map((name) => {
    writeFileSync(join(place, name), name === 'event.json' ? JSON.stringify(event) : '');
    return join(place, name);
  }) as [string, string, string];
  const run = /^ {6}run: (.*)$/m.exec(readFileSync(join(packageRoot(), 'action.yml'), 'utf8'))?.[1];
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run ?? 'false'], {
    cwd: checkout,
    env: {
      ...process.env,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION_PATH: packageRoot(),
      GITHUB_EVENT_PATH: eventFile,
      GITHUB_OUTPUT: outputs,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_REPOSITORY: 'someone/updates',
      RUNNER_TEMP: place,
      ...stepEnvironment(inputs),
      ...more,
    },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
    });
  const status = await new Promise<number | null>((done) => {
    child.on('close', done);
  });
  return {
    status,
    log,
    summary: readFileSync(summary, 'utf8'),
    outputs: readFileSync(outputs, 'utf8'),
  };
}

/** A checkout of a pull request as GitHub makes it: the base is at the remote alone. */
async function pullRequest(as: string): Promise<{ checkout: string; event: object }> {
  const origin = fixture('updates', { as });
  await lockVersions(origin, { leaf: '1.0.0' });
  writeFileSync(join(origin, 'unique.txt'), `${process.pid} ${Date.now()}`);
  await repository(origin);
  const sha = (await git(origin, 'rev-parse', 'HEAD')).trim();
  await git(origin, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  await git(origin, 'checkout', '-q', '-b', 'update');
  await lockVersions(origin, { leaf: '1.1.0' });
  await commit(origin, 'update');
  const checkout = workspacePlace(`${as}-checkout`);
  rmSync(checkout, { recursive: true, force: true });
  await git(origin, 'clone', '-q', '--depth=1', '--branch', 'update', `file://${origin}`, checkout);
  return { checkout, event: { pull_request: { number: 7, base: { sha } } } };
}

test('rule 6.21: a step has ten annotations of a level, some of them of the comparison; the others are text', () => {
  const some = (n: number, what: string): string[] =>
    Array.from({ length: n }, (_, i) => `::error title=${what} ${i}::a%0A::error::forged`);
  const counts = (checked: number, compared: number): readonly number[] => {
    const lines = limitedCommands(some(checked, 'check'), some(compared, 'diff')).split('\n');
    const end = lines.findIndex((line) => line.startsWith('::stop-commands::'));
    const acted = end < 0 ? lines : lines.slice(0, end);
    const last = lines.at(-2);
    if (end >= 0) expect(last).toBe(`::${lines[end]?.split('::').at(-1)}::`);
    const of = (what: string): number =>
      acted.filter((line) => line.startsWith(`::error title=${what}`)).length;
    return [of('check'), of('diff'), acted.filter((line) => line.startsWith('::notice')).length];
  };
  expect([counts(3, 2), counts(10, 0), counts(12, 12), counts(2, 12), counts(12, 2)]).toEqual([
    [3, 2, 0],
    [10, 0, 0],
    [5, 5, 1],
    [2, 8, 1],
    [8, 2, 1],
  ]);
});

describe('rule 6.21: the step of the action', () => {
  let checkout = '';
  let event: object = {};
  let server: Server;
  const requests: { method: string; url: string; body: string }[] = [];
  let comments: { id: number; body: string; user: { type: string } }[] = [];
  let refuses = false;
  const api = (): NodeJS.ProcessEnv => ({
    GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });

  beforeAll(async () => {
    ({ checkout, event } = await pullRequest('action'));
    const bodyOf = async (request: IncomingMessage): Promise<string> => {
      let text = '';
      for await (const chunk of request) text += chunk;
      return text;
    };
    server = createServer(async (request, response) => {
      const { method = '', url = '' } = request;
      const body = await bodyOf(request);
      if (url !== '/user') requests.push({ method, url, body });
      if (refuses && method !== 'GET') {
        response.writeHead(403, 'Forbidden').end('{}');
        return;
      }
      // As GitHub answers the token of a job.
      if (url === '/user') {
        response.writeHead(403, 'Forbidden').end('{}');
        return;
      }
      const user = { type: 'Bot' };
      if (method === 'POST') comments.push({ id: 5, body: JSON.parse(body).body, user });
      if (method === 'PATCH')
        comments = comments.map((one) =>
          url.endsWith(`/${one.id}`) ? { ...one, body: JSON.parse(body).body } : one,
        );
      response.end(JSON.stringify(method === 'GET' ? comments : {}));
    });
    await new Promise<void>((done) => {
      server.listen(0, '127.0.0.1', done);
    });
  });
  afterAll(() => {
    server.close();
  });

  test('a pull request that gained something: annotations, a summary, outputs; no comment without being asked', async () => {
    const { status, log, summary, outputs } = await step(checkout, {}, event, api());
    expect(status).toBe(1);
    expect(log).toContain('::error file=Cargo.lock');
    expect(log).toContain('title=cackle diff::helper 1.0.0, new, needed by leaf: gained api net');
    expect(summary).toContain('### cackle diff: gained 1 capability');
    expect(outputs).toMatch(/^status=1\nsarif=.*cackle\.sarif\ngained=true\n$/);
    expect(requests).toEqual([]);
  });

  test('a comment is written once and then kept up to date; the token reaches no program', async () => {
    const inputs = { comment: 'true', token: 'secret-token' };
    // Somebody else's, who could change it again.
    const theirs = { id: 4, body: '<!-- cackle diff -->\nforged', user: { type: 'User' } };
    comments = [theirs];
    const first = await step(checkout, inputs, event, api());
    expect(first.log).not.toContain('secret-token');
    expect(
      comments.map(({ body }) => body.startsWith('<!-- cackle diff -->\n### cackle diff')),
    ).toEqual([false, true]);
    await step(checkout, inputs, event, api());
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'PATCH']);
    expect([comments.length, comments[0]]).toEqual([2, theirs]);
  });

  test('what a crate has the compiler say is no command, and cannot switch those of the report off', async () => {
    const forged = '\\n::stop-commands::forged\\n::notice::forged\\n';
    const main = join(checkout, 'src/main.rs');
    const before = readFileSync(main, 'utf8');
    writeFileSync(
      main,
      `${before}#[deprecated(note = "${forged}")]\npub fn old() {}\npub fn new() {\n    old()\n}\n`,
    );
    const { log } = await step(checkout, {}, event, api());
    writeFileSync(main, before);
    // As GitHub's runner reads a log.
    let until: string | undefined;
    const acted = log.split('\n').flatMap((line) => {
      const [, name = '', text = ''] = /^\s*::([^:]+)::(.*)$/.exec(line) ?? [];
      if (name === '') return [];
      if (until !== undefined) {
        if (name === until) until = undefined;
        return [];
      }
      if (name === 'stop-commands') until = text;
      return [`${name}::${text}`];
    });
    expect(log).toMatch(/^\s+::notice::forged$/m);
    expect(acted.filter((command) => command.includes('forged'))).toEqual([]);
    expect(acted.join('\n')).toContain('gained api net');
  });

  test('a pull request from a fork: its token may not write, and the check says the same without a comment', async () => {
    refuses = true;
    const ran = await step(checkout, { comment: 'true', token: 'of-a-fork' }, event, api());
    expect([ran.status, ran.log]).toEqual([
      1,
      expect.stringContaining('no comment: 403 Forbidden'),
    ]);
    const without = await step(checkout, { comment: 'true' }, event, api());
    expect(without.log).toContain('the action got no token');
    expect(without.summary).toContain('### cackle diff');
  });

  test('clean, and nothing to compare: one line of summary, status 0', async () => {
    await git(checkout, 'fetch', '-q', '--depth=1', 'origin', 'main');
    await git(checkout, 'checkout', '-q', 'FETCH_HEAD');
    const { status, summary, outputs } = await step(checkout, {}, { ref: 'refs/heads/main' });
    expect([status, summary.trim().split('\n').length]).toEqual([0, 1]);
    expect(outputs).not.toContain('gained');
  });

  test('no check could be made: status 2, and the reason', async () => {
    const { status, log, summary } = await step(checkout, { path: 'src/nowhere' }, {});
    expect([status, log]).toEqual([2, expect.stringContaining('nowhere is not a directory')]);
    expect(summary).toContain('no check was made');
    const misspelt = await step(checkout, { arguments: '--lokced' }, event);
    expect(misspelt.log).toContain('::error title=cackle::no check was made');
    // No comparison, and no file that is not there.
    expect([misspelt.status, misspelt.outputs]).toEqual([2, 'status=2\n']);
    const hostile = await step(
      checkout,
      { arguments: '--target "$(touch hacked)"; touch hacked' },
      {},
    );
    expect(hostile.status).toBe(2);
    expect(await git(checkout, 'status', '--porcelain')).not.toContain('hacked');
  });
});
