using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Tests.Support;

/// <summary>The whole portal in memory, reached as https://localhost, with a database and a folder for its logs of its own.</summary>
public sealed class TestApp : WebApplicationFactory<Program>, ITestPortal
{
    /// <summary>Requests say with this header which address they pretend to come from.</summary>
    public const string AddressHeader = "Test-Address";

    private readonly Dictionary<string, string> settings;

    private readonly bool isSecond;

    private TestApp(TestDatabase database, Dictionary<string, string> settings, bool isSecond = false) =>
        (Database, this.settings, this.isSecond) = (database, settings, isSecond);

    public TestClock Clock { get; } = new();

    public TestDatabase Database { get; }

    public string LogFolder { get; } = Directory.CreateTempSubdirectory("useradmin-test-logs-").FullName;

    /// <summary>Who owns this installation, unless it was started empty.</summary>
    public Actor Alice { get; private set; } = Actor.Anonymous;

    public static Task<TestApp> StartAsync(params (string Name, string Value)[] settings) => StartAsync(DatabaseProvider.Sqlite, settings);

    public static async Task<TestApp> StartAsync(DatabaseProvider provider, params (string Name, string Value)[] settings)
    {
        var app = await StartEmptyAsync(provider, settings);
        app.Alice = await app.Given(Cast.Alice);
        return app;
    }

    /// <summary>As a new installation is, without anybody.</summary>
    public static async Task<TestApp> StartEmptyAsync(DatabaseProvider provider = DatabaseProvider.Sqlite, params (string Name, string Value)[] settings) =>
        new(await TestDatabase.CreateAsync(provider), settings.ToDictionary(setting => setting.Name, setting => setting.Value));

    /// <summary>Another server on the database of this one.</summary>
    public TestApp Beside() => new(Database, settings, isSecond: true);

    public Browser Open(string address = "192.0.2.1", string host = "localhost") => new(this, address, host);

    /// <summary>A browser in which this person is signed in.</summary>
    public Task<Browser> SignInAs(Actor person, string address = "192.0.2.1") => SignInAs(this, person, address, "localhost");

    internal async Task<Browser> SignInAs(ITestPortal portal, Actor person, string address, string host)
    {
        await using var scope = portal.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
        var user = await db.Users.SingleAsync(user => user.Id == person.UserId);
        var origin = new SignInOrigin(address, "Firefox/145.0 (Linux)", null, null);
        var opened = await scope.ServiceProvider.GetRequiredService<SessionService>().OpenAsync(user.Id, origin, null, persistent: false, Clock.Now, CancellationToken.None);
        await db.SaveChangesAsync();
        var browser = Open(address, host);
        browser.Keep("__Host-useradmin", opened.Key);
        return browser;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (!isSecond)
            await Database.DisposeAsync();
        TestFolder.Delete(LogFolder);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("UserAdmin:Database:Provider", Database.Provider.ToString());
        builder.UseSetting("UserAdmin:Database:ConnectionString", Database.ConnectionString);
        builder.UseSetting("UserAdmin:Portal:LogFolder", LogFolder);
        builder.UseSetting("UserAdmin:Mail:Dispatch", "false");
        builder.UseSetting("UserAdmin:Exports:Work", "false");
        builder.UseSetting("UserAdmin:Jobs:Run", "false");
        builder.UseSetting("UserAdmin:Keys:MasterKey", TestPortal.MasterKey);
        builder.UseSetting("UserAdmin:Audit:KeyFolder", AuditFiles.Keys);
        builder.UseSetting("UserAdmin:Audit:CheckpointFile", AuditFiles.Checkpoints(Database.ConnectionString));
        builder.UseSetting("UserAdmin:Audit:SealAtStop", "false");
        foreach (var (name, value) in settings)
            builder.UseSetting(name.StartsWith("USERADMIN_", StringComparison.Ordinal) ? name : $"UserAdmin:{name}", value);
        builder.ConfigureTestServices(services => services
            .AddSingleton<TimeProvider>(Clock)
            .PostConfigure<PasswordSettings>(passwords => passwords.HashRounds = settings.ContainsKey("Passwords:HashRounds") ? passwords.HashRounds : Cast.QuickRounds)
            .AddSingleton<IStartupFilter, PretendAddress>());
    }

    private sealed class PretendAddress : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                if (IPAddress.TryParse(context.Request.Headers[AddressHeader], out var address))
                    context.Connection.RemoteIpAddress = address;
                return following();
            });
            next(app);
        };
    }
}
