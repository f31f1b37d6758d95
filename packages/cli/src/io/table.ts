import { visible } from './terminal.ts'

/** Columns of text, each as wide as its widest cell; the last one is not padded. Control characters are escaped. */
export function columns(texts: readonly (readonly string[])[], indent = '  '): string[] {
  const rows = texts.map((row) => row.map(visible))
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map(
    (row) =>
      indent + row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join('  '),
  )
}

const units = ['B', 'KiB', 'MiB', 'GiB']

/** `1.2 MiB` */
export function bytesText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1)
  return power === 0 ? `${bytes} B` : `${(bytes / 1024 ** power).toFixed(1)} ${units[power]}`
}

/** `1,234,567` */
export function countText(count: number): string {
  return count.toLocaleString('en-US')
}
