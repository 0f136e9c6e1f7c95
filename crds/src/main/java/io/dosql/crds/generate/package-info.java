/**
 * Writes the CRDs that the resource types describe, and compares them with the committed ones. Runs
 * in the build only ({@link io.dosql.crds.generate.GenerateCrds}); nothing may depend on it.
 */
@NullMarked
package io.dosql.crds.generate;

import org.jspecify.annotations.NullMarked;
