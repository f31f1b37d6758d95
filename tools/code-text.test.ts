import { describe, expect, it } from 'vitest'
import { bareCasts, codeOnly, functionsOf, undocumented } from './code-text.ts'

describe('codeOnly', () => {
  it('blanks comments, strings and regular expressions', () => {
    const source = "const a = 'as any' // as any\nconst b = /['\"]any/.test(c) /* any */ as D"
    expect(codeOnly(source).replace(/ +/g, ' ')).toBe('const a = \nconst b = .test(c) as D')
  })
})

describe('functionsOf', () => {
  it('finds functions, arrows and methods with the lines they take', () => {
    const source = [
      'export function first(',
      '  a: string,',
      '): void {',
      '  if (a) {',
      '  }',
      '}',
      'const second = (b: number): number => {',
      '  return b',
      '}',
      'class C {',
      '  third(): void {',
      '  }',
      '}',
    ].join('\n')
    expect(functionsOf(source)).toEqual([
      { line: 1, name: 'first', lines: 6 },
      { line: 7, name: 'second', lines: 3 },
      { line: 11, name: 'third', lines: 2 },
    ])
  })
})

describe('bareCasts', () => {
  it.each([
    ['const a = b as C', [1]],
    ['const a = b as C // b was made as a C', []],
    ['const a = b as const', []],
    ["import { b as c } from './d.ts'", []],
  ])('%s', (source, lines) => expect(bareCasts(source)).toEqual(lines))
})

describe('undocumented', () => {
  it('finds exported functions without a comment', () => {
    const source = 'export function a() {\n}\n/** Does b. */\nexport function b() {\n}\nfunction c() {\n}'
    expect(undocumented(source).map(({ name }) => name)).toEqual(['a'])
  })
})
