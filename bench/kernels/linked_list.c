// Lists: a merge sort that moves no elements, and walks in the scattered order that it leaves.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Node {
    struct Node *next;
    uint32_t key;
} Node;

static Node *merge(Node *a, Node *b) {
    Node head, *tail = &head;
    while (a && b) {
        Node **smaller = a->key <= b->key ? &a : &b;
        tail = tail->next = *smaller;
        *smaller = tail->next;
    }
    tail->next = a ? a : b;
    return head.next;
}

static Node *sort(Node *list) {
    Node *bins[32] = {0};
    while (list) {
        Node *one = list;
        list = list->next;
        one->next = NULL;
        int bin = 0;
        for (; bins[bin]; bin++) {
            one = merge(bins[bin], one);
            bins[bin] = NULL;
        }
        bins[bin] = one;
    }
    Node *sorted = NULL;
    for (int bin = 0; bin < 32; bin++) sorted = merge(bins[bin], sorted);
    return sorted;
}

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 200000;
    Node *list = NULL;
    uint32_t state = 7;
    for (int i = 0; i < n; i++) {
        Node *node = malloc(sizeof(Node));
        *node = (Node){list, (state = state * 1664525 + 1013904223) >> 3};
        list = node;
    }
    list = sort(list);
    uint32_t hash = 0;
    for (int round = 0; round < 20; round++)
        for (Node *node = list; node; node = node->next) hash = hash * 31 + node->key;
    printf("%08x\n", hash);
    return 0;
}
