import { defineUpgrade } from './define.ts'
import { dropAttributes } from './helpers.ts'

export const gemm = defineUpgrade(dropAttributes('Gemm', 7, 'broadcast'))
