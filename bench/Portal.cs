namespace UserAdmin.Bench;

/// <summary>Starts the portal and the bare server on a database.</summary>
internal static class Portal
{
    public static IReadOnlyList<string> Program => ["dotnet", "UserAdmin.Web/bin/Release/net10.0/UserAdmin.Web.dll"];

    private static string OwnProgram => Path.Combine(AppContext.BaseDirectory, "UserAdmin.Bench.dll");

    public static Task<Server> StartAsync(Database database, string folder, params (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>(database.Environment);
        foreach (var (name, value) in settings)
            environment[name] = value;
        return Server.StartAsync(Path.Combine(folder, $"{database.FileName}.log"), "/health/ready", Program, environment);
    }

    /// <summary>With a spy inside (StartupHook.cs) that writes every SQL command down and tells the size of the heap.</summary>
    public static Task<Server> StartSpiedAsync(Database database, string folder, string spyFile)
    {
        var environment = new Dictionary<string, string>(database.Environment) { ["DOTNET_STARTUP_HOOKS"] = OwnProgram, [StartupHook.FileVariable] = spyFile };
        return Server.StartAsync(Path.Combine(folder, $"{database.FileName}.spied.log"), "/health/ready", Program, environment);
    }

    public static Task<Server> StartBareAsync(Database database, string folder, string? spyFile = null)
    {
        var environment = new Dictionary<string, string>();
        if (spyFile is not null)
            (environment["DOTNET_STARTUP_HOOKS"], environment[StartupHook.FileVariable]) = (OwnProgram, spyFile);
        return Server.StartAsync(Path.Combine(folder, $"{database.FileName}.bare.log"), "/ready",
            ["dotnet", OwnProgram, BareServer.Name, database.Provider.ToString(), database.ConnectionString], environment);
    }
}
