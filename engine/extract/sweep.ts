import { NONE } from '../facts/tables.ts';
import { firstRows } from './columns.ts';
import type { DwarfTables } from './parsers.ts';

/**
 * Finds line row and innermost inlined range for ascending offsets of a section. Going to another section
 * or backwards starts that section again. Of rows at one address the last holds (DWARF 5, 6.2.5).
 */
export class Sweep {
  file = NONE;
  line = 0;
  column = 0;
  /** Row of the innermost inlined range that covers the offset, or NONE. */
  inlined = NONE;

  private readonly firstRow: Uint32Array;
  private readonly firstInlined: Uint32Array;
  private section = NONE;
  private offset = 0;
  private row = 0;
  private nextInlined = 0;
  private active: number[] = [];
  private readonly dwarf: DwarfTables;

  constructor(dwarf: DwarfTables, sectionCount: number) {
    this.dwarf = dwarf;
    this.firstRow = firstRows(dwarf.rowSection, sectionCount);
    this.firstInlined = firstRows(dwarf.inlinedSection, sectionCount);
  }

  moveTo(section: number, offset: number): void {
    if (section !== this.section || offset < this.offset) {
      this.section = section;
      this.row = this.firstRow[section] as number;
      this.nextInlined = this.firstInlined[section] as number;
      this.inlined = NONE;
      this.active = [];
    }
    this.offset = offset;
    this.findRow();
    this.findInlined();
  }

  private findRow(): void {
    const { rowOffset, rowFile, rowLine, rowColumn } = this.dwarf;
    const first = this.firstRow[this.section] as number;
    const end = this.firstRow[this.section + 1] as number;
    while (this.row < end && (rowOffset[this.row] as number) <= this.offset) this.row++;
    const current = this.row - 1;
    if (current < first) {
      this.file = NONE;
      return;
    }
    this.file = rowFile[current] as number;
    this.line = rowLine[current] as number;
    this.column = rowColumn[current] as number;
  }

  private findInlined(): void {
    const { inlinedStart, inlinedEnd, inlinedDepth } = this.dwarf;
    const end = this.firstInlined[this.section + 1] as number;
    let changed = false;
    while (this.nextInlined < end && (inlinedStart[this.nextInlined] as number) <= this.offset) {
      this.active.push(this.nextInlined++);
      changed = true;
    }
    if (this.active.some((row) => (inlinedEnd[row] as number) <= this.offset)) {
      this.active = this.active.filter((row) => (inlinedEnd[row] as number) > this.offset);
      changed = true;
    }
    if (!changed) return;
    let innermost = NONE;
    let depth = -1;
    for (const row of this.active) {
      if ((inlinedDepth[row] as number) > depth) {
        depth = inlinedDepth[row] as number;
        innermost = row;
      }
    }
    this.inlined = innermost;
  }
}
