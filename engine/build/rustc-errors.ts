import * as z from '../schemas.ts';
import { sourceNumber } from './protocol.ts';

/** An error that rustc reported, as far as the search for what its sandbox hides asks. */
export interface RustcError {
  readonly message: string;
  /** What is said below the message. */
  readonly notes: readonly string[];
  /** True where it is one of rustc's own kinds (`E0425`): no macro wrote it. */
  readonly hasCode: boolean;
  /** Its first place; lines and columns from 1. The file is as rustc was given it. */
  readonly place:
    | { readonly file: string; readonly line: number; readonly column: number }
    | undefined;
  /** The source there, and the macro that it comes of (`env!`). */
  readonly source: string;
  readonly macro: string | undefined;
}

/** The parts in use of a diagnostic (the rustc book, "JSON Output"). */
const diagnostic = z.object({
  level: z.literal('error'),
  message: z.string(),
  code: z.nullable(z.unknown()),
  children: z.array(z.object({ message: z.string() })),
  spans: z.array(
    z.object({
      file_name: z.string(),
      line_start: sourceNumber,
      column_start: sourceNumber,
      is_primary: z.boolean(),
      text: z.array(z.object({ text: z.string() })),
      expansion: z.nullish(z.object({ macro_decl_name: z.string() })),
    }),
  ),
});

/** As in engine/shim/src/diagnostics.rs: the last of these in a line begins what rustc wrote. */
const start = '{"$message_type":';

/** Returns the errors among the lines that a shim kept, in base64; what is none is left out, for macros write there too. */
export function readRustcErrors(kept: string | undefined): RustcError[] {
  const lines = Buffer.from(kept ?? '', 'base64')
    .toString()
    .split('\n');
  return lines.flatMap((line) => {
    const at = line.lastIndexOf(start);
    const read = at < 0 ? undefined : diagnostic.safeParse(parsed(line.slice(at)));
    if (read?.success !== true) return [];
    const { message, children, code, spans } = read.data;
    const span = spans.find((one) => one.is_primary) ?? spans[0];
    return [
      {
        message,
        notes: children.map((child) => child.message),
        hasCode: code !== null,
        place: span && { file: span.file_name, line: span.line_start, column: span.column_start },
        source: span?.text.map(({ text }) => text).join('\n') ?? '',
        macro: span?.expansion?.macro_decl_name,
      },
    ];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
