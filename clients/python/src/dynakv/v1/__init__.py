"""The generated messages and stubs of `dynakv.v1`."""
