/** `npm start`: bundles the example and serves it. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { serve } from './serve.ts'
import { defaultFiles, makeSite } from './site.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: defaultFiles.model },
    labels: { type: 'string', default: defaultFiles.labels },
    picture: { type: 'string', default: defaultFiles.picture },
    port: { type: 'string', default: '8080' },
  },
})
const { port, ...files } = values
try {
  const site = await makeSite(fileURLToPath(new URL('./site', import.meta.url)), files)
  const { url } = await serve(site, Number(port))
  console.log(`look at a picture: ${url}`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
