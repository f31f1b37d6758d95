import { writeFile } from 'node:fs/promises'
import { SlipwayError } from '@slipway/core'
import { type LockEntry, lockModel, lockText, type ModelLock, verifyModel } from '@slipway/core/verify'
import { defineCommand, type ExitCode } from '../define-command.ts'
import { openModelFile } from '../io/load-model.ts'
import { exists } from '../io/read-file.ts'
import { lockName, readLock } from '../io/read-lock.ts'
import { visible } from '../io/terminal.ts'
import { readEngines } from '../io/verify-engines.ts'
import { stageLines } from '../io/verify-report.ts'

export const lock = defineCommand({
  name: 'lock',
  about: 'Writes down what models are: SHA-256, signature, versions, weights, and how verification went',
  arguments: [{ name: '<models...>', about: 'ONNX files, in or below the folder of the lock' }],
  options: [
    {
      flags: '--output <file>',
      about: 'the lock; models that it has already stay',
      fallback: 'slipway.lock.json',
    },
    { flags: '--engines <names>', about: 'engines to verify with', fallback: 'wasm' },
    { flags: '--no-verify', about: 'lock without verifying' },
  ],
  examples: [
    'slipway lock models/*/*/model.onnx --output models/slipway.lock.json',
    'slipway serve models --locked models/slipway.lock.json',
  ],
  async run({ positional, text, flag }, terminal): Promise<ExitCode> {
    const output = text('output')!
    const engines = readEngines(text('engines')!, terminal)
    const known: ModelLock = (await exists(output)) ? await readLock(output) : { format: 1, models: {} }
    const entries = new Map<string, LockEntry>(Object.entries(known.models))
    let passed = true
    for (const path of positional) {
      const source = await openModelFile(path)
      const report = flag('verify')
        ? await verifyModel(source, { engines, signal: terminal.signal })
        : undefined
      const failed = report?.stages.filter(({ status }) => status === 'failed') ?? []
      for (const line of failed.flatMap(stageLines)) terminal.warn(line)
      if (report && !report.passed) {
        passed = false
        continue
      }
      const names = engines.map(({ name }) => name)
      const entry = await lockModel(source, report && { report, engines: names })
      entries.set(nameOf(output, path), entry)
      terminal.print(visible(`${path}: ${entry.sha256}${report ? ', verified' : ''}`))
    }
    await write(output, lockText({ format: 1, models: Object.fromEntries(entries) }))
    return passed ? 0 : 1
  },
})

function nameOf(output: string, path: string): string {
  const name = lockName(output, path)
  if (!name.startsWith('../')) return name
  throw new SlipwayError('SLP-C1', `Cannot lock "${path}": it must lie in or below the folder of "${output}"`)
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (cause) {
    throw new SlipwayError('SLP-C2', `Cannot write file "${path}"`, { cause })
  }
}
