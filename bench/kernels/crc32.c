// CRC-32 (IEEE 802.3), a byte at a time from a table.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    int megabytes = argc > 1 ? atoi(argv[1]) : 200;
    static uint32_t table[256];
    static uint8_t buffer[1 << 20];
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++) table[i] = table[i] & 1 ? table[i] >> 1 ^ 0xedb88320 : table[i] >> 1;
    }
    for (int i = 0; i < 1 << 20; i++) buffer[i] = i * 2654435761u >> 24;
    uint32_t crc = ~0u;
    for (int round = 0; round < megabytes; round++)
        for (int i = 0; i < 1 << 20; i++) crc = crc >> 8 ^ table[(crc ^ buffer[i]) & 0xff];
    printf("%08x\n", ~crc);
    return 0;
}
