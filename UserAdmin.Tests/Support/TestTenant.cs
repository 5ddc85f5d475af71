using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Common;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Tests.Support;

/// <summary>A tenant of a portal under test, found at NAME.localhost, with people and browsers of its own.</summary>
public sealed class TestTenant : ITestPortal
{
    private readonly TestApp app;

    private TestTenant(TestApp app, Guid id, Tenant tenant, string host) => (this.app, Id, Tenant, Host) = (app, id, tenant, host);

    public Guid Id { get; }
    public Tenant Tenant { get; }
    public string Host { get; }
    public IServiceProvider Services => app.Services;
    public TestClock Clock => app.Clock;

    /// <summary>Who owns the tenant besides the first owner, whose account waits to be activated.</summary>
    public Actor Alice { get; private set; } = Actor.Anonymous;

    public static async Task<TestTenant> MakeAsync(TestApp app, string name)
    {
        var form = new TenantForm { Name = name, Title = $"The {name}", Domain = $"{name}.localhost", OwnerFirstName = "Olga", OwnerLastName = "Owner", OwnerEmail = $"olga@{name}.example" };
        var made = await app.Run((TenantService tenants) => tenants.CreateAsync(form, Actor.System, TestContext.Current.CancellationToken));
        Assert.Null(made.Problem);
        var tenant = await app.Services.GetRequiredService<TenantDirectory>().FindActiveAsync(name, TestContext.Current.CancellationToken);
        var portal = new TestTenant(app, made.Value!.Id, tenant!, made.Value.Host);
        portal.Alice = await portal.Given(Cast.Alice);
        return portal;
    }

    public AsyncServiceScope CreateScope() => app.Services.GetRequiredService<IServiceScopeFactory>().CreateFor(Tenant, Host);

    public Browser Open(string address = "192.0.2.1") => app.Open(address, Host);

    public Task<Browser> SignInAs(Actor person, string address = "192.0.2.1") => app.SignInAs(this, person, address, Host);
}
