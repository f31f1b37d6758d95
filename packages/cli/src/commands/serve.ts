import { SlipwayError } from '@slipway/core'
import { createServer, type ModelStatus, type Server } from '@slipway/server'
import { defineCommand } from '../define-command.ts'
import { engineOptions, readEngineOptions } from '../io/engine-options.ts'
import type { Terminal } from '../io/terminal.ts'
import { wholeNumber } from '../io/whole-number.ts'

export const serve = defineCommand({
  name: 'serve',
  about: 'Serves a model repository over HTTP (Open Inference Protocol V2)',
  arguments: [{ name: '<repository>', about: 'a folder laid out as name/version/model.onnx' }],
  options: [
    { flags: '--port <number>', about: 'port to listen on; 0 takes a free one', fallback: '8000' },
    { flags: '--host <address>', about: 'address to listen on', fallback: '127.0.0.1' },
    { flags: '--workers <count>', about: 'runs of one model at the same time', fallback: '1' },
    ...engineOptions,
    { flags: '--body-limit <mebibytes>', about: 'largest body of a request', fallback: '64' },
    { flags: '--static <folder>', about: 'files to serve at /' },
    { flags: '--log', about: 'log every request as JSON to standard error' },
  ],
  examples: ['slipway serve ./models', 'slipway serve ./models --host 0.0.0.0 --port 8080 --workers 2'],
  async run(args, terminal) {
    const staticFolder = args.text('static')
    const server = await createServer({
      repository: args.positional[0]!,
      session: { workers: wholeNumber(args, 'workers', 1), ...readEngineOptions(args) },
      bodyLimitBytes: wholeNumber(args, 'bodyLimit', 1) * 2 ** 20,
      ...(staticFolder !== undefined && { staticFolder }),
      ...(args.flag('log') && { logger: { level: 'info', stream: process.stderr } }),
    })
    try {
      const url = await listen(server, wholeNumber(args, 'port', 0, 65_535), args.text('host')!)
      terminal.print(`listening on ${url}`)
      for (const status of await server.loaded) terminal.print(statusLine(status))
      await stopped(terminal)
      return 0
    } finally {
      await server.close()
    }
  },
})

async function listen(server: Server, port: number, host: string): Promise<string> {
  try {
    return await server.listen({ port, host })
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new SlipwayError(
      'SLP-C1',
      `Cannot listen on ${host}:${port}: the address must be free, got ${why}`,
      { cause },
    )
  }
}

function statusLine({ name, version, state, reason }: ModelStatus): string {
  return `  ${name} ${version}: ${state}${reason ? ` (${reason})` : ''}`
}

function stopped({ signal }: Terminal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
