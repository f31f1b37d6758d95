/** Tables of the documentation that are produced from the code. */
import { checkCatalogue, errorCatalogue } from '@slipway/core'
import { runtimes, verifyCatalogue, verifyStages } from '@slipway/core/verify'
import { layers, serverLayers } from './layers.ts'

export interface Table {
  /** Path from the root of the project. */
  readonly file: string
  /** Name between the markers `<!-- table:NAME -->` and `<!-- /table -->`. */
  readonly name: string
  readonly rows: () => readonly string[]
}

export const tables: readonly Table[] = [
  {
    file: 'docs/errors.md',
    name: 'errors',
    rows: () => [
      '| code | meaning | HTTP | gRPC |',
      '|---|---|---|---|',
      ...Object.entries(errorCatalogue).map(
        ([code, { title, http, grpc }]) => `| ${code} | ${title} | ${http} | ${grpc} |`,
      ),
    ],
  },
  {
    file: 'docs/checks.md',
    name: 'checks',
    rows: () => [
      '| code | severity | rule | what helps |',
      '|---|---|---|---|',
      ...Object.entries(checkCatalogue).map(
        ([code, { title, severity, hint }]) => `| ${code} | ${severity} | ${title} | ${hint} |`,
      ),
    ],
  },
  {
    file: 'docs/verify.md',
    name: 'verify',
    rows: () => [
      '| code | severity | rule | what helps |',
      '|---|---|---|---|',
      ...Object.entries(verifyCatalogue).map(
        ([code, { title, severity, hint }]) => `| ${code} | ${severity} | ${title} | ${hint} |`,
      ),
    ],
  },
  {
    file: 'docs/verify.md',
    name: 'stages',
    rows: () => [
      '| stage | what it proves |',
      '|---|---|',
      ...verifyStages.map(({ name, about }) => `| ${name} | ${about} |`),
    ],
  },
  {
    file: 'docs/verify.md',
    name: 'runtimes',
    rows: () => [
      '| target | runtime | IR up to | ai.onnx | ai.onnx.ml |',
      '|---|---|---|---|---|',
      ...runtimes.map(({ name, about, newestIrVersion, opsets }) => {
        const [onnx, ml] = ['', 'ai.onnx.ml'].map((domain) => opsets.get(domain)?.join(' to ') ?? 'none')
        return `| ${name} | ${about} | ${newestIrVersion} | ${onnx} | ${ml} |`
      }),
    ],
  },
  {
    file: 'ARCHITECTURE.md',
    name: 'layers',
    rows: () => [
      '| folder | one line |',
      '|---|---|',
      ...layers.map(({ folder, about }) => `| \`${folder}/\` | ${about} |`),
    ],
  },
  {
    file: 'ARCHITECTURE.md',
    name: 'server-layers',
    rows: () => [
      '| folder | one line |',
      '|---|---|',
      ...serverLayers.map(({ folder, about }) => `| \`${folder}/\` | ${about} |`),
    ],
  },
]

/** `text` with the rows of a table between its markers. Throws where the markers are missing. */
export function withTable(text: string, { file, name, rows }: Table): string {
  const [start, end] = [`<!-- table:${name} -->\n`, '\n<!-- /table -->']
  const at = text.indexOf(start)
  const stop = text.indexOf(end, at)
  if (at < 0 || stop < 0) throw new Error(`${file} lacks the markers of table ${name}`)
  return text.slice(0, at + start.length) + rows().join('\n') + text.slice(stop)
}
