import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { harmlessCalls } from '../../engine/observed/harmless-calls.ts';
import { noLandlock } from '../sandbox/support.ts';
import { cackle, fixture } from '../support/cackle.ts';
import { fixtureSource } from '../support/fixtures.ts';
import { actsOf, noStrace, traced } from './support.ts';

// Rule 14.2: what tries to have an act missed is seen, or ends the trace.

test('no name of a harmless call is one of a class of strace', () => {
  const classes = ['desc', 'file', 'ipc', 'memory', 'network', 'process', 'signal'];
  expect(harmlessCalls.filter((name) => classes.includes(name))).toEqual([]);
  expect(new Set(harmlessCalls).size).toBe(harmlessCalls.length);
});

describe.skipIf(noStrace !== undefined)('a build script that hides what it does', () => {
  const made = ['by-left', 'by-number', 'by-link', 'by-directory', 'by-process', 'bound'];
  const prepared = (as: string, sandbox = 'kind = "Disabled"'): string => {
    const config = readFileSync(join(fixtureSource('hidden-acts'), 'cackle.toml'), 'utf8');
    const files = { 'cackle.toml': config.replace('kind = "Disabled"', sandbox) };
    const directory = fixture('hidden-acts', { as, files });
    for (const name of made)
      rmSync(join(directory, 'outside', name), { recursive: true, force: true });
    return directory;
  };

  test('rules 5.33, 14.2: each act is told', async () => {
    const directory = prepared('hidden-acts');
    // As an earlier run, or another program, could leave it.
    const built = join(directory, 'target', 'cackle-trace');
    mkdirSync(built, { recursive: true });
    rmSync(join(built, 'left'), { force: true });
    symlinkSync(join(directory, 'outside'), join(built, 'left'));
    const found = await traced(directory);
    const told = actsOf(found, directory, 'hides').map((act) => act.replace(/ \(.*\)$/, ''));
    const outside = (what: string, ...names: string[]): string[] =>
      names.map((name) => `${what} outside/${name}`);
    expect(told).toEqual(
      expect.arrayContaining([
        ...outside('read', 'as-32-bit', 'in-root', 'in-child', 'in-thread', 'again'),
        ...outside('write', 'by-left', 'by-link', 'by-directory', 'by-process'),
        expect.stringMatching(/^write \/proc\/self\/fd\/\d+\/by-number$/),
        'send 127.0.0.1:9',
        'send 127.0.0.1:10',
        'send 127.0.0.1:11',
        'connect unix:@nobody-listens failed',
        'start /proc/self/exe',
        'call clone(CLONE_UNTRACED)',
        'call tgkill',
        expect.stringMatching(/^call unshare/),
        expect.stringMatching(/^call io_uring_setup/),
        expect.stringMatching(/^call socket\(AF_PACKET, SOCK_RAW\)/),
        'call seccomp(SECCOMP_FILTER_FLAG_NEW_LISTENER)',
        expect.stringMatching(/^read outside\/by-copy by .*\/out\/copy$/),
        'read outside/by-memory by /memfd:x',
      ]),
    );
    // Its code may start programs: what it started of its own is its code all the same.
    const problem = found.problems.find(({ apiName }) => apiName === 'fs');
    expect(problem?.acts.join('\n')).toMatch(/outside\/by-copy[\s\S]*outside\/by-memory/);
  });

  test('rule 14.2: a name that strace cannot read', async () => {
    const directory = prepared('hidden-name');
    const { status, stdout, stderr } = await cackle(['trace', '--path', directory], {
      HIDES: 'a name',
    });
    if (stderr.includes('no secret memory')) return;
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('a text in memory that strace cannot read');
  });

  test.skipIf(noLandlock !== undefined)('rule 14.2: nobody leaves strace in Landlock', async () => {
    const directory = prepared('hidden-in-landlock', 'kind = "Landlock"\npass_env = ["HIDES"]');
    // Calls of other architectures end a program there.
    const found = await traced(directory, [], { HIDES: 'all but 32 bit' });
    const told = actsOf(found, directory, 'hides');
    expect(told).toEqual(
      expect.arrayContaining([
        'call clone(CLONE_UNTRACED) denied',
        'call unshare denied',
        expect.stringMatching(/^call (?:mount|ptrace) denied$/),
        'socket AF_INET, SOCK_DGRAM denied',
        'read outside/in-child denied (package hidden-acts)',
        'write outside/by-link denied (package hidden-acts)',
        'connect unix:@nobody-listens denied',
      ]),
    );
    expect(new Set(actsOf(found, directory, 'hidden-acts', 'rustc'))).toEqual(
      new Set(['read /etc/hostname']),
    );
  });
});
