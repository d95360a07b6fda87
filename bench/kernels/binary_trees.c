// Many binary trees, built with malloc, walked and freed.
#include <stdio.h>
#include <stdlib.h>

typedef struct Node {
    struct Node *left, *right;
} Node;

static Node *build(int depth) {
    Node *node = malloc(sizeof(Node));
    node->left = depth ? build(depth - 1) : NULL;
    node->right = depth ? build(depth - 1) : NULL;
    return node;
}

static int count(const Node *node) { return node ? 1 + count(node->left) + count(node->right) : 0; }

static void drop(Node *node) {
    if (!node) return;
    drop(node->left);
    drop(node->right);
    free(node);
}

int main(int argc, char **argv) {
    int depth = argc > 1 ? atoi(argv[1]) : 18;
    Node *lasting = build(depth);
    long long total = 0;
    for (int small = 4; small <= depth; small += 4)
        for (int i = 0; i < 1 << (depth - small + 3); i++) {
            Node *tree = build(small);
            total += count(tree);
            drop(tree);
        }
    printf("%lld %d\n", total, count(lasting));
    drop(lasting);
    return 0;
}
