// SPDX-License-Identifier: MIT
// What a process costs by itself.
int main(void)
{
    return 0;
}
