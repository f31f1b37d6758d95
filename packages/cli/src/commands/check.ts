import { checkModel, type Finding, newestIrVersion, newestOpsets } from '@slipway/core'
import { defineCommand } from '../define-command.ts'
import { parseModelFile } from '../io/load-model.ts'
import { visible } from '../io/terminal.ts'

const beyondCodes: ReadonlySet<string> = new Set(['SLP-M2', 'SLP-M8'])

export const check = defineCommand({
  name: 'check',
  about: 'Lists everything that is wrong with a model, each finding with a code, a path and a hint',
  arguments: [{ name: '<model>', about: 'an ONNX file' }],
  options: [
    { flags: '--json', about: 'print the findings as JSON' },
    { flags: '--strict', about: 'let warnings fail too' },
  ],
  examples: ['slipway check model.onnx', 'slipway check model.onnx --json'],
  async run({ positional, flag }, terminal) {
    const path = positional[0]!
    const { model, resolveExternal } = await parseModelFile(path)
    const findings = checkModel(model, { resolveExternal })
    const failing = findings.filter(({ severity }) => severity === 'error' || flag('strict'))
    if (flag('json')) terminal.print(JSON.stringify({ model: path, findings }, null, 2))
    else for (const line of report(path, findings)) terminal.print(line)
    if (failing.some(({ code }) => beyondCodes.has(code))) return 3
    return failing.length > 0 ? 1 : 0
  },
})

function report(path: string, findings: readonly Finding[]): string[] {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.length - errors
  return [
    ...findings.flatMap(({ code, severity, path: at, message, hint }) => [
      visible(`${severity} ${code} ${at}: ${message}`),
      `  hint: ${hint}`,
    ]),
    `${path}: ${countOf(errors, 'error')}, ${countOf(warnings, 'warning')} (IR up to ${newestIrVersion}, ai.onnx up to ${newestOpsets.get('')})`,
  ]
}

const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
