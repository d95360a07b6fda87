// Numbers and bytes: big integers, typed arrays, JSON, sorting, files.
let factorial = 1n;
for (let i = 1n; i <= 300n; i++) factorial *= i;
print(factorial.toString().length, factorial % 1000000007n, (2n ** 200n - 1n).toString(16), BigInt.asIntN(8, 200n));

const bytes = new Uint8Array(1 << 16);
for (let i = 0, state = 1; i < bytes.length; i++) {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  bytes[i] = state >> 16;
}
const view = new DataView(bytes.buffer);
let sum = 0;
for (let i = 0; i + 8 <= bytes.length; i += 8) {
  const value = view.getFloat64(i, true);
  if (Number.isFinite(value)) sum ^= Math.sign(value) * (view.getInt32(i) & 0xffff);
}
print(sum, new Float32Array([0.1, 1e40])[1], new Uint8ClampedArray([300, -5]).join(), new Int16Array(bytes.buffer)[100]);

const rows = Array.from({ length: 2000 }, (_, i) => ({ id: i, key: (i * 7919) % 1009, tags: ["a" + (i % 7), null] }));
rows.sort((a, b) => a.key - b.key || a.id - b.id);
const text = JSON.stringify(rows, (key, value) => (key === "tags" ? value.filter(Boolean) : value));
const back = JSON.parse(text);
print(text.length, back[1000].id, back[1999].tags[0], JSON.stringify(back.slice(0, 1), null, 1));

const counts = {};
for (const word of text.match(/a\d/g)) counts[word] = (counts[word] ?? 0) + 1;
print(Object.keys(counts).sort().map(word => `${word}=${counts[word]}`).join(" "));
writeFile("rows.json", text);
print(readFile("rows.json") === text, scriptArgs.join());
try { readFile("missing.txt"); } catch (error) { print(error.message); }
throw new RangeError("the script ends with an error");
