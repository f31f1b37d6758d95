/** Reads TypeScript as text: enough for house rules on sources that the formatter has laid out. */

/** The source with the inside of comments, strings and regular expressions blanked; lines and columns stay. */
export function codeOnly(source: string): string {
  const pattern =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{};]\s*|return )\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//g
  return source.replace(pattern, (text) => text.replace(/[^\n]/g, ' '))
}

export interface FunctionText {
  readonly line: number
  readonly name: string
  readonly lines: number
}

const starts = [
  /^(\s*)(?:export )?(?:async )?function\*? (\w+)/,
  /^(\s*)(?:export )?(?:const )?(\w+)\b[^;]*=> \{$/,
  /^(\s+)(?:(?:async|static|get|set|override|private) )*#?(?!(?:if|for|while|switch|catch|else|do|try)\b)(\w+)\(.*\{$/,
]

/** Functions with a body of several lines: each ends at the next closing brace with its own indentation. */
export function functionsOf(source: string): FunctionText[] {
  const lines = codeOnly(source).split('\n')
  return lines.flatMap((text, at) => {
    const match = starts.map((start) => start.exec(text)).find((found) => found)
    if (!match) return []
    const length = lines.slice(at + 1).findIndex((line) => line.startsWith(`${match[1]}}`))
    return length < 0 ? [] : [{ line: at + 1, name: match[2]!, lines: length + 2 }]
  })
}

/** Lines with a type assertion that no comment on them, or on the lines that end the statement, explains. */
export function bareCasts(source: string): number[] {
  const raw = source.split('\n')
  const code = codeOnly(source).split('\n')
  return code.flatMap((text, at) => {
    const cast =
      / as (?!const\b)/.test(text) && !/^\s*(?:import|export) |^\s*(?:type )?\w+ as \w+,?$/.test(text)
    const explained = raw.slice(Math.max(0, at - 1), at + 5).some((line) => /\/\/|\*\//.test(line))
    return cast && !explained ? [at + 1] : []
  })
}

/** Exported functions without a documentation comment right above them. */
export function undocumented(source: string): FunctionText[] {
  const raw = source.split('\n')
  return functionsOf(source).filter(
    ({ line, name }) =>
      new RegExp(`^export (?:async )?function\\*? ${name}\\b`).test(raw[line - 1]!) &&
      !raw[line - 2]?.trimEnd().endsWith('*/'),
  )
}
