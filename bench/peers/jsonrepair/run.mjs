// Repairs each text of a JSON list of texts, `rounds` times: node run.mjs texts.json rounds
import { readFileSync } from 'node:fs'
import { jsonrepair } from 'jsonrepair'

const [file, rounds] = process.argv.slice(2)
const texts = JSON.parse(readFileSync(file, 'utf8'))
let length = 0
for (let round = 0; round < Number(rounds); ++round) for (const text of texts) length += jsonrepair(text).length
console.log(length)
