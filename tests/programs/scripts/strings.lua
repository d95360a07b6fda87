-- Strings: patterns, formats, packing, conversions.
print(("hello world"):upper(), ("x"):rep(5, "-"), ("abc"):reverse(), #"\u{20AC}")
for word, number in ("one=1, two=22, three=333"):gmatch("(%w+)=(%d+)") do
  print(word, tonumber(number) * 2)
end
print(("the quick brown fox"):gsub("%w+", function(word) return word:sub(1, 1):upper() .. word:sub(2) end))
print(string.format("%5d|%-5s|%05.2f|%x|%q|%g|%a", 42, "ab", 3.14159, 255, 'a "quoted"\nline', 1e100, 0.5))
print(string.pack("<i4z", 305419896, "zero"):byte(1, -1))
print(string.unpack(">I2 s1", "\1\2\3abc"))
for _, text in ipairs { "10", "0x1p4", " 7 ", "1e2", "abc", "0x", "9223372036854775808" } do
  print(text, tonumber(text), math.type(tonumber(text)))
end
print(tonumber("zz", 36), utf8.char(72, 228, 8364), utf8.len("Hä€"))
for position, code in utf8.codes("aä€") do
  io.write(position, ":", code, " ")
end
print()

-- A rolling hash over a text that grows by concatenation.
local parts, hash = {}, 0
for i = 1, 20000 do
  parts[#parts + 1] = ("%d:%x;"):format(i, i * i)
end
local text = table.concat(parts)
for i = 1, #text do
  hash = (hash * 31 + text:byte(i)) & 0xffffffff
end
print(#text, hash, text:find("9999:", 1, true), select(2, text:gsub(";", "")))
