export * from './base/index.ts'
export * from './formats/index.ts'
export * from './ir/index.ts'
export { type InterpretOptions, interpret } from './reference/interpret.ts'
