using System.Globalization;
using UserAdmin.Core.Seeding;
using UserAdmin.Core.SignIn;
using UserAdmin.Web.Hosting;

namespace UserAdmin.Web.Commands;

/// <summary>Everything the program does besides serving: <c>./run COMMAND --option value</c>.</summary>
internal static class CommandLine
{
    private const string Help = """
        ./run [--urls http://127.0.0.1:5080]   serve the portal
        ./run migrate                          bring the database to the current shape and stop
        ./run create-admin --email ADDRESS [--first-name NAME] [--last-name NAME] [--tenant NAME]
                                               make an administrator; the password comes from USERADMIN_ADMIN_PASSWORD or is asked for
        ./run seed --users N [--events M] [--organizations K] [--tenant NAME]
                                               add believable people, organizations and history for trying things out
        ./run tenants                          list the tenants besides the portal's own
        ./run create-tenant --name NAME --domain DOMAIN --owner ADDRESS [--title TITLE] [--first-name NAME] [--last-name NAME]
                                               make a tenant with its database and its first owner, who gets a link; a connection string in
                                               USERADMIN_TENANT_CONNECTION puts its database on another server
        ./run verify-audit [--tenant NAME] [--checkpoint FILE] [--fingerprint DIGITS]
                                               check that nothing in the audit log was altered, removed or inserted; exit code 1 when something was
        ./run seal-audit [--tenant NAME]       seal now what the audit log has recorded
        ./run audit-bundle --to FILE [--tenant NAME]
                                               take a proof of the whole audit log out, which can be checked anywhere
        ./run backup [--tenant NAME]           copy the SQLite databases into the folder for backups, also while the portal runs
        ./run restore --from FILE [--tenant NAME]
                                               put a backup in the place of a SQLite database; the portal must not run
        ./run backup-done                      note that a backup of the database server was made
        ./run help                             this text
        """;

    private static readonly string[] Commands = ["migrate", "create-admin", "seed", "tenants", "create-tenant", "verify-audit", "seal-audit", "audit-bundle", "backup", "restore", "backup-done", "help"];

    /// <summary>The exit code when the arguments name no command of ours or ask for help, null to go on.</summary>
    public static int? RefuseUnknown(string[] args)
    {
        if (args is not [var command, ..] || command.StartsWith('-'))
            return null;
        if (command == "help")
        {
            Console.WriteLine(Help);
            return 0;
        }
        if (Commands.Contains(command))
            return null;
        Console.Error.WriteLine($"There is no command '{command}'.\n\n{Help}");
        return 2;
    }

    public static bool IsCommand(string[] args) => args is [var command, ..] && Commands.Contains(command);

    public static async Task<int> RunAsync(string[] args, WebApplication app)
    {
        // Read apart from the settings: an environment variable called EMAIL is none of ours.
        var options = new ConfigurationBuilder().AddCommandLine(args[1..]).Build();
        var problem = args[0] == "restore" ? null : await app.MigrateAsync();
        problem ??= args[0] switch
        {
            "create-admin" => await CreateAdministratorAsync(app, options),
            "audit-bundle" => await ProofCommand.RunAsync(app, options),
            "seed" => await SeedAsync(app, options),
            "tenants" => await TenantCommands.ListAsync(app),
            "create-tenant" => await TenantCommands.CreateAsync(app, options),
            "verify-audit" => await AuditCommands.VerifyAsync(app, options),
            "seal-audit" => await AuditCommands.SealAsync(app, options),
            "backup" => await BackupCommands.MakeAsync(app, options),
            "restore" => await BackupCommands.RestoreAsync(app, options),
            "backup-done" => await BackupCommands.NoteAsync(app),
            _ => null,
        };
        if (problem is not null)
            await Console.Error.WriteLineAsync(problem);
        await app.DisposeAsync();
        return problem is null ? 0 : 1;
    }

    private static async Task<string?> CreateAdministratorAsync(WebApplication app, IConfiguration options)
    {
        if (options["email"] is not { Length: > 0 } email)
            return "Say whose: ./run create-admin --email ADDRESS";

        if (await TenantCommands.FindAsync(app, options) is not { } tenant)
            return TenantCommands.NoSuchTenant(options);
        var password = app.Configuration[Preparation.PasswordVariable] ?? ReadPassword();
        await using var scope = TenantCommands.OpenScope(app, tenant);
        var problem = await Preparation.CreateAsync(
            scope.ServiceProvider.GetRequiredService<FirstAdministrator>(), email, password,
            options["first-name"] ?? "First", options["last-name"] ?? "Administrator", onlyFirst: false);
        if (problem is null)
            Console.WriteLine($"{email} is an administrator now.");
        return problem;
    }

    private static async Task<string?> SeedAsync(WebApplication app, IConfiguration options)
    {
        if (!TryRead(options["users"] ?? "0", out var users) || !TryRead(options["events"] ?? "0", out var events) || users + events == 0)
            return "Say how many: ./run seed --users 1000 --events 10000";

        int? organizations = null;
        if (options["organizations"] is { } text)
            if (TryRead(text, out var wanted))
                organizations = wanted;
            else
                return "Say how many: ./run seed --users 1000 --organizations 50";

        if (await TenantCommands.FindAsync(app, options) is not { } tenant)
            return TenantCommands.NoSuchTenant(options);
        await using var scope = TenantCommands.OpenScope(app, tenant);
        var seeded = await scope.ServiceProvider.GetRequiredService<DemoData>().AddAsync(users, events, Console.WriteLine, CancellationToken.None, organizations);
        return seeded.Problem?.Message;
    }

    private static bool TryRead(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string ReadPassword()
    {
        if (Console.IsInputRedirected)
            return Console.ReadLine() ?? "";

        Console.Write("Password: ");
        var password = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
            if (key.Key == ConsoleKey.Backspace)
                password.Length = Math.Max(0, password.Length - 1);
            else
                password.Append(key.KeyChar);
        Console.WriteLine();
        return password.ToString();
    }
}
