import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { SlipwayError } from '@slipway/core'
import { defineCommand } from '../define-command.ts'
import { readBytes } from '../io/read-file.ts'
import { trainReportHtml } from '../train/report-html.ts'
import { readRunLog } from '../train/run-curves.ts'

export const trainReport = defineCommand({
  name: 'train report',
  about: 'Draws the curves of a training run as one HTML page',
  arguments: [{ name: '<log>', about: 'JSON lines that runLogFile wrote, such as run.jsonl' }],
  options: [{ flags: '--html <file>', about: 'the page; the name of the log with .html unless given' }],
  examples: ['slipway train report run.jsonl', 'slipway train report run.jsonl --html curves.html'],
  async run(args, terminal) {
    const [log] = args.positional
    const path = args.text('html') ?? `${log!.replace(/\.jsonl$/, '')}.html`
    const run = readRunLog(new TextDecoder().decode(await readBytes(log!)))
    try {
      await writeFile(path, trainReportHtml(basename(log!), run))
    } catch (cause) {
      const got = cause instanceof Error ? cause.message : String(cause)
      throw new SlipwayError('SLP-C2', `Cannot write "${path}": the system must allow it, got ${got}`, {
        cause,
      })
    }
    terminal.print(`wrote ${path}`)
    return 0
  },
})
