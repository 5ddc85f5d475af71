using System.Diagnostics;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web;
using UserAdmin.Core.Common;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Web.Hosting;
using UserAdmin.Web.Security;
using UserAdmin.Web.Ui;

namespace UserAdmin.Web.Shell;

/// <summary>
/// What every component of the portal derives from that asks or changes something. It never holds a service: each event gets a scope
/// of its own, so a DbContext of its own, the actor as their session is at that moment, and a token that ends with the component.
/// </summary>
public abstract class PortalComponent : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource gone = new();
    private readonly List<PersistingComponentStateSubscription> subscriptions = [];
    private bool isSomebodyElse;

    [Inject] private IServiceScopeFactory Scopes { get; set; } = default!;
    [Inject] private SessionDirectory SessionDirectory { get; set; } = default!;
    [Inject] private HostNames Hosts { get; set; } = default!;
    [Inject] private ILoggerFactory Logs { get; set; } = default!;
    [Inject] private PersistentComponentState State { get; set; } = default!;
    [Inject] private Handover Handover { get; set; } = default!;
    [Inject] protected NavigationManager Navigation { get; set; } = default!;

    [CascadingParameter] protected Task<AuthenticationState>? Authentication { get; set; }
    [CascadingParameter] protected Viewer Viewer { get; set; } = default!;

    [CascadingParameter(Name = "IsOpenWhileEnrolling")] private bool IsOpenWhileEnrolling { get; set; }

    protected CancellationToken Gone => gone.Token;

    /// <summary>
    /// Calls a service as the person in front of the page. When their session has ended, the page leaves for the sign-in; when they have to
    /// set up a second factor first, for that.
    /// </summary>
    protected async Task<TResult> Run<TService, TResult>(Func<TService, Actor, CancellationToken, Task<TResult>> work) where TService : notnull
    {
        var (tenant, actor) = await FindAsync();
        if (actor is null && isSomebodyElse)
        {
            Navigation.NavigateTo("/", forceLoad: true);
            throw new OperationCanceledException("The session acts as somebody else by now.");
        }
        if (tenant is null || actor is null)
        {
            LeaveForSignIn();
            throw new OperationCanceledException("The session has ended.");
        }
        if (actor.MustEnrol && !IsOpenWhileEnrolling)
        {
            Navigation.NavigateTo(EnrolFirst.Page);
            throw new OperationCanceledException("A second factor has to be set up first.");
        }

        var logger = Logs.CreateLogger<PortalComponent>();
        using var log = logger.BeginScope(new Dictionary<string, object?> { ["CorrelationId"] = actor.CorrelationId });
        using var tenantLog = logger.BeginTenant(tenant);
        await using var scope = Scopes.CreateFor(tenant, new Uri(Navigation.BaseUri).Host);
        return await work(scope.ServiceProvider.GetRequiredService<TService>(), actor, gone.Token);
    }

    /// <summary>Loads what the page shows first. What the prerendering loaded is handed to the circuit, so that nothing is read twice and nothing jumps.</summary>
    protected async Task<T> Once<T>(string name, Func<Task<T>> load) where T : class
    {
        // Not what was read as somebody else: between page and circuit the session may have begun to act as them.
        name = $"{name} {(Authentication is null ? null : (await Authentication).User.UserId)}";
        if (State.TryTakeFromJson<string>(name, out var key) && Handover.Take<T>(await OwnerAsync(), key) is { } handed)
            return handed;

        var loaded = await load();
        if (!RendererInfo.IsInteractive)
        {
            var kept = Handover.Keep(await OwnerAsync(), loaded);
            subscriptions.Add(State.RegisterOnPersisting(() =>
            {
                State.PersistAsJson(name, kept);
                return Task.CompletedTask;
            }, RenderMode.InteractiveServer));
        }
        return loaded;
    }

    /// <summary>Whether the tenant has this feature; asked at any time, so that no answer is older than the click.</summary>
    protected async Task<bool> IsOnAsync(Feature feature)
    {
        var host = new Uri(Navigation.BaseUri).Host;
        if (await Hosts.FindAsync(host, gone.Token) is not { IsOpen: true, Tenant: var tenant })
            return false;
        await using var scope = Scopes.CreateFor(tenant, host);
        return await scope.ServiceProvider.GetRequiredService<FeatureSwitches>().IsOnAsync(feature, gone.Token);
    }

    protected void LeaveForSignIn() => Navigation.NavigateTo(
        $"/account/sign-in?ended=yes&returnUrl={Uri.EscapeDataString("/" + Navigation.ToBaseRelativePath(Navigation.Uri))}", forceLoad: true);

    protected async Task<Actor?> FindActorAsync() => (await FindAsync()).Actor;

    /// <summary>The tenant of whoever is signed in, while this page is at one of its addresses; null otherwise.</summary>
    protected async Task<Tenant?> FindTenantAsync() =>
        Authentication is null ? null : await Hosts.FindAsync((await Authentication).User, Navigation.BaseUri, gone.Token);

    private async Task<(Tenant? Tenant, Actor? Actor)> FindAsync()
    {
        var user = Authentication is null ? null : (await Authentication).User;
        if (user?.SessionId is not { } id || await FindTenantAsync() is not { } tenant)
            return default;
        var state = await SessionDirectory.FindAsync(tenant, id, gone.Token);
        // A page belongs to the person it was opened as. When its session begins or stops to act as somebody else, it can do nothing more.
        if (isSomebodyElse = state is not null && state.UserId != user.UserId)
            return default;
        // Somebody who must choose a new password reaches nothing before, not in a page that is open either.
        return (tenant, state is not { MustChangePassword: false } ? null : state.ActingFrom(user.ClientAddress, Activity.Current?.TraceId.ToString() ?? Guid.NewGuid().ToString("N")));
    }

    private async Task<string> OwnerAsync() => Authentication is not null && (await Authentication).User is var user ? $"{user.TenantName}:{user.SessionId}" : "";

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        subscriptions.ForEach(subscription => subscription.Dispose());
        gone.Cancel();
        gone.Dispose();
    }
}
