"""What the layers share: settings, PostgreSQL access, migrations, local services, the CLI."""
