using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.InBrowser;

/// <summary>The portal as people reach it: on a port of 127.0.0.1, with the true time and a database of its own.</summary>
public sealed class BrowserApp : WebApplicationFactory<Program>, ITestPortal
{
    private readonly TestDatabase database;
    private readonly string logs = Directory.CreateTempSubdirectory("useradmin-test-logs-").FullName;

    private BrowserApp(TestDatabase database) => this.database = database;

    /// <summary>Only says when the people of a test were made.</summary>
    public TestClock Clock { get; } = new();

    public Uri Url { get; private set; } = default!;

    public static async Task<BrowserApp> StartAsync()
    {
        var app = new BrowserApp(await TestDatabase.CreateAsync(DatabaseProvider.Sqlite));
        app.UseKestrel(0);
        app.StartServer();
        app.Url = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return app;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await database.DisposeAsync();
        TestFolder.Delete(logs);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("UserAdmin:Database:ConnectionString", database.ConnectionString);
        builder.UseSetting("UserAdmin:Portal:LogFolder", logs);
        builder.UseSetting("UserAdmin:Keys:MasterKey", TestPortal.MasterKey);
        builder.UseSetting("UserAdmin:Audit:KeyFolder", AuditFiles.Keys);
        builder.UseSetting("UserAdmin:Audit:CheckpointFile", AuditFiles.Checkpoints(database.ConnectionString));
        builder.UseSetting("UserAdmin:Jobs:Run", "false");
    }
}
