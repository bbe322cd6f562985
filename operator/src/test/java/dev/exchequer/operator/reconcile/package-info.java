@NullMarked
package dev.exchequer.operator.reconcile;

import org.jspecify.annotations.NullMarked;
