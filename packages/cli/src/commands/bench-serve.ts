import { benchOptions } from '../bench/bench-options.ts'
import { targetOptions } from '../bench/target-options.ts'
import { defineCommand } from '../define-command.ts'

export const benchServe = defineCommand({
  name: 'bench serve',
  about: 'Puts a model server under load and reports what it holds; exit code 1 where it breaks the SLO',
  arguments: [
    { name: '<url>', about: 'http://host:port for REST, grpc://host:port for gRPC (or https, grpcs)' },
  ],
  options: [
    ...targetOptions,
    ...benchOptions,
    { flags: '--json <file>', about: 'write everything that was measured as JSON' },
    { flags: '--html <file>', about: 'write a report with charts as one HTML page' },
  ],
  examples: [
    'slipway bench serve http://127.0.0.1:8000 --model squeezenet --qps 200 --slo-p99 50ms',
    'slipway bench serve grpc://127.0.0.1:8001 --qps 100: --slo-p99 20ms --html report.html',
    'slipway bench serve http://127.0.0.1:8000 --qps 50:500:50 --spawn "slipway serve ./models" --json report.json',
  ],
  async run(args, terminal) {
    // Other commands start without waiting for the client's libraries.
    const { benchServer } = await import('../bench/bench-server.ts')
    return benchServer(args, terminal)
  },
})
