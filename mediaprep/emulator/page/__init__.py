"""The page at {control}/ui: tasks, exchanges, account, faults and clock as a person looks at them and moves them."""
