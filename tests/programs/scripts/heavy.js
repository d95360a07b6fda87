// For the bench: objects, arrays, strings, closures and numbers. The argument is how many rounds.
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

function richards(n) {
  const queue = [];
  let done = 0;
  for (let i = 0; i < n; i++) queue.push({ id: i, left: i % 5, run() { return this.left-- > 0; } });
  while (queue.length) {
    const task = queue.pop();
    if (task.run()) queue.push(task); else done += task.id;
  }
  return done;
}

function matrix(n) {
  const a = new Float64Array(n * n).map((_, i) => (i % 7) - 3), c = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[i * n + k] * a[k * n + j];
      c[i * n + j] = sum;
    }
  return c.reduce((x, y) => x + y, 0);
}

function text(n) {
  const words = new Map();
  for (let i = 0, state = 7; i < n; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    const word = "w" + (state % 613).toString(36);
    words.set(word, (words.get(word) ?? 0) + 1);
  }
  return [...words.keys()].sort().join("").replace(/[0-9]/g, "").length;
}

for (let round = 0, rounds = Number(scriptArgs[1]); round < rounds; round++) {
  print(round, fib(20), richards(8000), matrix(45), text(20000));
}
