namespace UserAdmin.Core.Seeding;

public sealed class DemoData;
