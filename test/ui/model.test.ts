import { describe, expect, test } from 'vitest';
import { firstModel, listRows, type Model } from '../../cli/ui/model.ts';
import { ansi, fitted, lineWidth, plain } from '../../cli/ui/spans.ts';
import {
  behind,
  clip,
  head,
  isUtf8Locale,
  scrolled,
  unicodeGlyphs,
  width,
  wrapped,
} from '../../cli/ui/text.ts';
import { typed, typingOf } from '../../cli/ui/typing.ts';
import { type Action, updated } from '../../cli/ui/update.ts';
import type { Item } from '../../cli/ui-worker/api.ts';

// What keys and events do to the model, without a terminal.

const item = (id: string, rest: Partial<Item> = {}): Item => ({
  id,
  severity: 'error',
  kind: 'disallowed-api',
  group: 'uses of APIs',
  label: `package-${id}`,
  api: 'net',
  title: `title ${id}`,
  places: 1,
  fixes: 1,
  bestFix: 'allow it',
  isPlain: false,
  more: [],
  ...rest,
});

const items = (put: readonly Item[], gone: readonly string[] = []): Action => ({
  kind: 'session',
  event: { kind: 'items', put, gone },
});

const key = (name: string, text = name.length === 1 ? name : ''): Action => ({
  kind: 'key',
  key: { name, text, ctrl: false },
});

const played = (model: Model, ...actions: readonly Action[]): Model =>
  actions.reduce((now, action) => updated(now, action).model, model);

const start = firstModel({ columns: 80, rows: 24 }, false);

describe('the selection', () => {
  test('stays while problems come and others go, and moves to the nearest when its own goes', () => {
    let model = played(
      start,
      items(['a', 'b', 'c', 'd'].map((id) => item(id))),
      key('down'),
      key('down'),
    );
    expect(model.selected).toBe('c');
    model = played(model, items([item('e'), item('f')], ['a']));
    expect(model.selected).toBe('c');
    expect(listRows(model).map((row) => row.kind === 'item' && row.item.id)).toEqual([
      'b',
      'c',
      'd',
      'e',
      'f',
    ]);
    model = played(model, items([], ['c']));
    expect(model.selected).toBe('d');
    model = played(model, items([], ['d', 'e', 'f']));
    expect(model.selected).toBe('b');
    model = played(model, items([], ['b']));
    expect(model.selected).toBeUndefined();
  });

  test('of 5,000 problems, the list holds still around it', () => {
    const many = Array.from({ length: 5000 }, (_, i) => item(`p${i}`));
    let model = played(start, items(many), key('end'));
    expect(model.selected).toBe('p4999');
    model = played(model, ...Array.from({ length: 40 }, () => key('up')));
    expect(model.selected).toBe('p4959');
    expect(model.listTop).toBeGreaterThan(4940);
    expect(model.listTop).toBeLessThanOrEqual(4959);
  });

  test('a problem that is settled elsewhere closes its panes', () => {
    const model = played(start, items([item('a'), item('b')]), key('f'));
    expect(model.views).toEqual(['problems', 'fixes']);
    expect(played(model, items([], ['b'])).views).toEqual(['problems', 'fixes']);
    expect(played(model, items([], ['a'])).views).toEqual(['problems']);
  });

  test('nothing is applied that was not shown', () => {
    const { model, effects } = updated(played(start, items([item('a')]), key('f')), key('f'));
    expect(effects).toEqual([]);
    expect(model.busy).toBe(false);
  });
});

describe('texts', () => {
  test('wide letters are cut whole, and what is cut is marked', () => {
    expect(width('日本')).toBe(4);
    expect(head('日本', 3)).toBe('日');
    expect(behind('日本語', 3)).toBe(' 語');
    expect(clip('日本語', 5, unicodeGlyphs)).toBe('日本…');
    expect(clip('plain', 5, unicodeGlyphs)).toBe('plain');
    expect(wrapped('one two 日本語日本語', 6)).toEqual(['one', 'two', '日本語', '日本語']);
  });

  test('a line never gets wider than the terminal', () => {
    for (let columns = 1; columns < 20; columns++) {
      const line = fitted([plain('ab日'), plain('本語'), plain('cdefg')], columns, unicodeGlyphs);
      expect(lineWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  test('without colour, no colour is written', () => {
    const line = [{ text: 'a', colour: 'red', bold: true, dim: true } as const];
    expect(ansi(line, true)).toBe('\u001b[1;2;31ma\u001b[0m');
    expect(ansi(line, false)).toBe('\u001b[1ma\u001b[0m');
  });

  test('lists scroll no more than they have to', () => {
    expect(scrolled(0, 3, 10, 100)).toBe(0);
    expect(scrolled(0, 12, 10, 100)).toBe(4);
    expect(scrolled(4, 6, 10, 100)).toBe(4);
    expect(scrolled(50, 99, 10, 100)).toBe(90);
    expect(scrolled(5, 0, 10, 3)).toBe(0);
  });

  test('the locale: the first variable that is set decides', () => {
    expect(isUtf8Locale({ LANG: 'de_CH.UTF-8' })).toBe(true);
    expect(isUtf8Locale({ LANG: 'de_CH.UTF-8', LC_ALL: 'C' })).toBe(false);
    expect(isUtf8Locale({ LC_ALL: '', LC_CTYPE: 'en_US.utf8' })).toBe(true);
    expect(isUtf8Locale({})).toBe(false);
  });

  test('a typed line: whole letters, and nothing that a terminal would act on', () => {
    const keyed = (name: string, ctrl = false) => ({ name, text: '', ctrl });
    let line = typingOf('a👩‍👧b');
    line = typed(line, keyed('left')) ?? line;
    line = typed(line, keyed('backspace')) ?? line;
    expect(line).toEqual({ text: 'ab', cursor: 1 });
    line = typed(line, { name: '', text: '\u001b]0;x\u0007', ctrl: false }) ?? line;
    expect(line.text).toBe('a]0;xb');
    line = typed(line, keyed('u', true)) ?? line;
    expect(line).toEqual({ text: 'b', cursor: 0 });
  });
});
