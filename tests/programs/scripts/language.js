// The language: classes, closures, generators, destructuring, collections, strings, numbers.
class Shape {
  #name;
  static made = 0;
  constructor(name) { this.#name = name; Shape.made++; }
  get name() { return this.#name; }
  area() { return 0; }
  toString() { return `${this.name}: ${this.area().toFixed(3)}`; }
}
class Circle extends Shape {
  constructor(radius) { super("circle"); this.radius = radius; }
  area() { return Math.PI * this.radius ** 2; }
}
print(new Circle(2), new Shape("empty"), Shape.made, new Circle(1) instanceof Shape);

function* fibonacci() {
  let [a, b] = [0, 1];
  for (;;) { yield a; [a, b] = [b, a + b]; }
}
const first = [];
for (const n of fibonacci()) { if (n > 1000) break; first.push(n); }
print(first.join(" "));

const { x, ...rest } = { x: 1, y: 2, z: [3, { deep: true }] };
print(x, JSON.stringify(rest), rest?.z?.[1]?.deep ?? "none", rest.missing?.field ?? "none");
const map = new Map([["a", 1], ["b", 2]]), set = new Set([3, 1, 3, 2]);
map.set("c", 3).delete("a");
print([...map].flat().join(), [...set].sort().join(), new WeakMap().has(map));
print([5, 1, 10].sort().join(), [5, 1, 10].sort((a, b) => a - b).join(), [1, [2, [3]]].flat(Infinity).length);
print(0.1 + 0.2, 1e21, (255).toString(16), parseInt("12px"), Number("0x1f"), (1234.5678).toExponential(2));
print(-0 === 0, Object.is(-0, 0), NaN !== NaN, 5 / 0, 2 ** 31 | 0, -1 >>> 0, 7 % -3, -7 % 3);
print("naïve €".length, "abc".padStart(5, "*"), "a-b-c".split("-").reverse().join("+"), "x".codePointAt(0));
print(/(?<year>\d{4})-(?<month>\d\d)/.exec("on 2024-05-06").groups.month, "aXbX".replace(/x/gi, m => m + "!"));
print([..."a1b22c333".matchAll(/[a-z](\d+)/g)].map(m => m[1]).join(), /^\p{Lu}/u.test("Ä"));

const order = [];
Promise.resolve().then(() => order.push("microtask"));
(async () => { order.push("start"); await null; order.push("after await"); })();
order.push("end");
Promise.resolve().then(() => Promise.resolve()).then(() => print(order.join(", ")));

const proxy = new Proxy({}, { get: (_, key) => `<${String(key)}>`, has: () => true });
print(proxy.anything, "x" in proxy, Reflect.ownKeys({ b: 1, a: 2, 1: 3 }).join());
const tag = (strings, ...values) => strings.raw.join("|") + values.join();
print(tag`a${1}\n${2}c`, typeof Symbol("s"), [1, 2, 3].includes(2), Object.entries({ q: 1 })[0].join("="));
try { null.field; } catch (error) { print(error.name, error.message); } finally { print("finally"); }
