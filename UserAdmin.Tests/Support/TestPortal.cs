using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Support;

/// <summary>What a test reaches the portal through, with a web server in front of it or without.</summary>
public interface ITestPortal
{
    IServiceProvider Services { get; }

    TestClock Clock { get; }

    /// <summary>What one request or click works with.</summary>
    AsyncServiceScope CreateScope() => Services.CreateAsyncScope();
}

/// <summary>The rules of the portal on a database of their own, without a web server.</summary>
public sealed class TestPortal : ITestPortal, IAsyncDisposable
{
    public static readonly string MasterKey = Convert.ToBase64String(new byte[32]);

    private readonly TestDatabase database;
    private readonly ServiceProvider services;

    private TestPortal(TestDatabase database, Dictionary<string, string?> settings, Action<IServiceCollection>? more = null)
    {
        this.database = database;
        services = Build(database.Provider, database.ConnectionString, Clock, settings, more);
    }

    public IServiceProvider Services => services;

    public TestClock Clock { get; } = new();

    public static async Task<TestPortal> StartAsync(DatabaseProvider provider = DatabaseProvider.Sqlite, params (string Name, string Value)[] settings) =>
        new(await TestDatabase.CreateAsync(provider), settings.ToDictionary(setting => $"UserAdmin:{setting.Name}", setting => (string?)setting.Value));

    /// <summary>With services that only this test has.</summary>
    public static async Task<TestPortal> StartAsync(DatabaseProvider provider, Action<IServiceCollection> more) => new(await TestDatabase.CreateAsync(provider), [], more);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
    }

    internal static ServiceProvider Build(DatabaseProvider provider, string connectionString, TestClock clock, Dictionary<string, string?> settings, Action<IServiceCollection>? more = null)
    {
        settings["UserAdmin:Database:Provider"] = provider.ToString();
        settings["UserAdmin:Database:ConnectionString"] = connectionString;
        settings["UserAdmin:Keys:MasterKey"] = MasterKey;
        settings.TryAdd("UserAdmin:Audit:KeyFolder", AuditFiles.Keys);
        settings.TryAdd("UserAdmin:Audit:CheckpointFile", AuditFiles.Checkpoints(connectionString));
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddLogging().AddMemoryCache().AddUserAdminCore()
            .AddSingleton<TimeProvider>(clock);
        more?.Invoke(services);
        return services.BuildServiceProvider();
    }
}
