@NullMarked
package dev.exchequer.cli.reconcile;

import org.jspecify.annotations.NullMarked;
