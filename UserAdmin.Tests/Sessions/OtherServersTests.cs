using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Sessions;

public class OtherServersTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite, "end"), InlineData(DatabaseProvider.Sqlite, "deactivate")]
    [InlineData(DatabaseProvider.PostgreSql, "end"), InlineData(DatabaseProvider.PostgreSql, "deactivate")]
    public async Task S3_C04_Pages_on_another_server_close_within_five_seconds(DatabaseProvider provider, string how)
    {
        await using var here = await TestApp.StartAsync(provider);
        await using var there = here.Beside();
        var carol = await here.Given(Carol);
        var session = await Given(here, carol);
        var other = await Given(here, here.Alice);
        var (closed, notClosed) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var watched = Watch(there, session, closed);
        using var alsoWatched = Watch(there, other, notClosed);
        Assert.NotNull(await Find(there, session));

        var done = how == "end"
            ? await here.Run((SessionService sessions) => sessions.EndAllAsync(carol.Id, here.Alice, Cancel))
            : await here.Run((UserLifecycle users) => users.DeactivateAsync(carol.Id, "left", here.Alice, Cancel));

        Assert.True(done.Succeeded);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(5), Cancel);
        Assert.Null(await Find(there, session));
        Assert.False(notClosed.Task.IsCompleted);
        Assert.NotNull(await Find(there, other));
    }

    [Fact]
    public async Task C02_An_open_page_nobody_uses_closes_when_its_time_is_over()
    {
        await using var app = await TestApp.StartAsync();
        var session = await Given(app, await app.Given(Carol));
        var closed = new TaskCompletionSource();
        using var watched = Watch(app, session, closed);

        app.Clock.Advance(TimeSpan.FromMinutes(29));
        await Look(app);
        Assert.False(closed.Task.IsCompleted);
        Assert.NotNull(await Find(app, session));
        app.Clock.Advance(TimeSpan.FromMinutes(29));
        await Look(app);
        Assert.False(closed.Task.IsCompleted);
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        await Look(app);

        Assert.True(closed.Task.IsCompleted);
        Assert.Null(await Find(app, session));
    }

    [Fact]
    public async Task S3_A_session_that_ends_while_it_is_read_is_dead_at_once()
    {
        await using var app = await TestApp.StartAsync();
        var session = await Given(app, await app.Given(Carol));
        var tenant = app.Services.GetRequiredService<TenantDirectory>().Default;
        SessionDirectory directory = null!;
        using var cache = new SlowCache(() =>
        {
            // The reading is done and nothing is kept yet: now somebody ends the session.
            app.Run((UserAdminDbContext db) => db.Sessions.ExecuteUpdateAsync(row => row.SetProperty(s => s.EndedAt, app.Clock.Now), Cancel)).Wait(Cancel);
            directory.Announce(tenant, session);
        });
        directory = new(app.Services.GetRequiredService<TenantDatabases>(), app.Services.GetRequiredService<TenantDirectory>(), app.Services.GetRequiredService<IServiceScopeFactory>(), cache,
            app.Clock, NullLogger<SessionDirectory>.Instance);

        Assert.Null(await directory.FindAsync(tenant, session, Cancel));
        Assert.Null(await directory.FindAsync(tenant, session, Cancel));
        Assert.True(cache.WasSlow);
    }

    private static async Task<Guid> Given(TestApp app, Actor owner) => await app.Run(async (UserAdminDbContext db) =>
    {
        var session = new Session
        {
            UserId = owner.Id,
            KeyHash = SessionKey.Hash(SessionKey.Create()),
            CreatedAt = app.Clock.Now,
            LastActivityAt = app.Clock.Now,
            ExpiresAt = app.Clock.Now.AddHours(12),
        };
        db.Sessions.Add(session);
        await db.SaveChangesAsync(Cancel);
        return session.Id;
    });

    private static IDisposable Watch(TestApp app, Guid session, TaskCompletionSource closed) =>
        app.Services.GetRequiredService<SessionDirectory>().Watch(app.Services.GetRequiredService<TenantDirectory>().Default, session, () => closed.TrySetResult());

    private static Task<SessionState?> Find(TestApp app, Guid session) =>
        app.Services.GetRequiredService<SessionDirectory>().FindAsync(app.Services.GetRequiredService<TenantDirectory>().Default, session, Cancel);

    private static Task Look(TestApp app) => app.Services.GetRequiredService<SessionDirectory>().SweepAsync(Cancel);

    /// <summary>Something happens right before the first state of a session is kept.</summary>
    private sealed class SlowCache(Action before) : IMemoryCache
    {
        private readonly MemoryCache inner = new(new MemoryCacheOptions());

        public bool WasSlow { get; private set; }

        public ICacheEntry CreateEntry(object key)
        {
            if (!WasSlow && key is ValueTuple<string, Guid>)
            {
                WasSlow = true;
                before();
            }
            return inner.CreateEntry(key);
        }

        public bool TryGetValue(object key, out object? value) => inner.TryGetValue(key, out value);

        public void Remove(object key) => inner.Remove(key);

        public void Dispose() => inner.Dispose();
    }
}
