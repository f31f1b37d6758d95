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
const site = await makeSite(fileURLToPath(new URL('./site', import.meta.url)), values)
const { url } = await serve(site, Number(values.port))
console.log(`look at a picture: ${url}`)
