using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Bench;

/// <summary>"May this person do this": from memory, worked out anew, and with nothing in memory at all; and what the pages of roles load.</summary>
internal static class AccessBench
{
    private const int Roles = 1000, Assignments = 50, Organizations = 200, Times = 100, InOneGo = 1_000_000;
    private const string Mark = "Bench ";

    public static async Task MeasureAsync(Database database)
    {
        Report.Progress($"Asking who may do what in {database.Title}");
        var settings = database.Environment.ToDictionary(entry => entry.Key.Replace("__", ":", StringComparison.Ordinal), entry => (string?)entry.Value);
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddLogging().AddMemoryCache().AddUserAdminCore().BuildServiceProvider();
        var (tenant, catalogue) = (services.GetRequiredService<TenantDirectory>().Default, services.GetRequiredService<AccessCatalogue>());
        var (person, role, organization) = await Run<UserAdminDbContext, (Guid, Guid, Guid)>(services, PrepareAsync);
        catalogue.Forget(tenant);
        var access = await Run<AccessEvaluator, Access>(services, evaluator => evaluator.EvaluateAsync(person, CancellationToken.None));

        var rows = new List<string[]>
        {
            Warm("may they, everywhere (from memory)", () => access.Can(Permission.UsersPurge)),
            Warm("may they, in an organization four deep (from memory)", () => access.CanIn(organization, Permission.UsersEdit)),
            await TimeAsync("work out a person's access, roles in memory", () => Run<AccessEvaluator, Access>(services, evaluator => evaluator.EvaluateAsync(person, CancellationToken.None))),
            await TimeAsync("the same with nothing in memory: all roles are read", () =>
            {
                catalogue.Forget(tenant);
                return Run<AccessEvaluator, Access>(services, evaluator => evaluator.EvaluateAsync(person, CancellationToken.None));
            }),
            await TimeAsync("explain a person's access", () => Run<AccessReport, PersonAccess?>(services, report => report.FindAsync(person, Actor.System, CancellationToken.None))),
            await TimeAsync("the matrix of a role", () => Run<RolePermissions, IReadOnlyList<MatrixRow>>(services, permissions => permissions.FindAsync(role, Actor.System, CancellationToken.None))),
            await TimeAsync("the page of a role", () => Run<RoleDirectory, RoleDetails?>(services, roles => roles.FindAsync(role, Actor.System, CancellationToken.None))),
            await TimeAsync("the list of roles", () => Run<RoleDirectory, RoleListing>(services, roles => roles.ListAsync(null, RoleChoice.All, PageStart.First, Actor.System, CancellationToken.None))),
            await TimeAsync("members of a role, a page", () => Run<RoleDirectory, MemberListing>(services, roles => roles.MembersAsync(SystemRoles.Agent.Id, null, PageStart.First, Actor.System, CancellationToken.None))),
            await TimeAsync("who can, a page", () => Run<PermissionHolders, HolderListing>(services, holders => holders.ListAsync(Permission.UsersEdit, null, PageStart.First, 25, Actor.System, CancellationToken.None))),
        };
        Report.Line(string.Create(CultureInfo.InvariantCulture,
            $"{Roles:N0} roles in chains of five that speak of all {PermissionInfo.All.Count} permissions, a person with {Assignments} assignments, half of them in {Organizations} organizations; every other person is an agent."));
        Report.Line();
        Report.Table(["access", "median ms", "p95 ms", "p99 ms"], rows);
        await Run<UserAdminDbContext, int>(services, RemoveAsync);
    }

    // Each role speaks of every permission: the most there can be.
    private static async Task<(Guid Person, Guid Role, Guid Organization)> PrepareAsync(UserAdminDbContext db)
    {
        await RemoveAsync(db);
        var now = DateTimeOffset.UtcNow;
        List<Role> roles = [.. Enumerable.Range(0, Roles).Select(i => new Role { Name = $"{Mark}{i}", NormalizedName = $"{Mark}{i}".ToUpperInvariant(), CreatedAt = now, UpdatedAt = now })];
        for (var i = 0; i < Roles; i++)
            roles[i].ParentId = i % 5 == 0 ? null : roles[i - 1].Id;
        List<Organization> organizations = [.. Enumerable.Range(0, Organizations).Select(i => new Organization { Name = $"{Mark}{i}", NormalizedName = $"{Mark}{i}".ToUpperInvariant(), CreatedAt = now, UpdatedAt = now })];
        for (var i = 0; i < Organizations; i++)
        {
            organizations[i].ParentId = i % 4 == 0 ? null : organizations[i - 1].Id;
            for (var above = i; above >= i - (i % 4); above--)
                db.OrganizationPaths.Add(new() { AncestorId = organizations[above].Id, OrganizationId = organizations[i].Id, Depth = i - above });
        }
        db.Roles.AddRange(roles);
        db.Organizations.AddRange(organizations);
        db.RolePermissions.AddRange(roles.SelectMany((role, i) => PermissionInfo.All.Select((info, j) => new RolePermission { RoleId = role.Id, Permission = info.Code, IsDenied = (i + j) % 37 == 0 })));
        var person = await db.Users.OrderBy(u => u.Id).Select(u => u.Id).FirstAsync();
        db.RoleAssignments.AddRange(Enumerable.Range(0, Assignments).Select(i => Give(person, roles[i * 19].Id, i % 2 == 0 ? null : organizations[i * 3].Id, now)));
        var others = await db.Users.Where(u => u.Id != person).OrderBy(u => u.Id).Select(u => u.Id).Take(200_000).ToListAsync();
        db.RoleAssignments.AddRange(others.Where((_, i) => i % 2 == 0).Select(id => Give(id, SystemRoles.Agent.Id, null, now)));
        await db.SaveChangesAsync();
        await db.ChangeStampAsync(ChangeStamp.Access, CancellationToken.None);
        return (person, roles[^1].Id, organizations[^1].Id);
    }

    private static RoleAssignment Give(Guid person, Guid role, Guid? place, DateTimeOffset now) =>
        new() { UserId = person, RoleId = role, OrganizationId = place, StartsAt = now, AssignedAt = now, AssignedByName = Mark };

    private static async Task<int> RemoveAsync(UserAdminDbContext db)
    {
        await db.RoleAssignments.Where(a => a.AssignedByName == Mark).ExecuteDeleteAsync();
        await db.Roles.Where(r => r.Name.StartsWith(Mark)).ExecuteUpdateAsync(role => role.SetProperty(r => r.ParentId, (Guid?)null));
        await db.Organizations.Where(o => o.Name.StartsWith(Mark)).ExecuteUpdateAsync(o => o.SetProperty(row => row.ParentId, (Guid?)null));
        return await db.Roles.Where(r => r.Name.StartsWith(Mark)).ExecuteDeleteAsync() + await db.Organizations.Where(o => o.Name.StartsWith(Mark)).ExecuteDeleteAsync();
    }

    private static async Task<TResult> Run<TService, TResult>(IServiceProvider services, Func<TService, Task<TResult>> work) where TService : notnull
    {
        await using var scope = services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<TService>());
    }

    // Too short for a clock, so many in one go; the figures are of one.
    private static string[] Warm(string name, Func<bool> ask)
    {
        var (times, yes) = (new List<double>(), 0);
        for (var round = 0; round < 20; round++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < InOneGo; i++)
                yes += ask() ? 1 : 0;
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds / InOneGo);
        }
        GC.KeepAlive(yes);
        string Tiny(double percentile) => Report.Percentile(times, percentile).ToString("0.000000", CultureInfo.InvariantCulture);
        return [name, Tiny(0.5), Tiny(0.95), Tiny(0.99)];
    }

    private static async Task<string[]> TimeAsync<T>(string name, Func<Task<T>> work)
    {
        for (var i = 0; i < 20; i++)
            await work();
        var times = new List<double>();
        for (var i = 0; i < Times; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await work();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return [name, Report.Number(Report.Percentile(times, 0.5)), Report.Number(Report.Percentile(times, 0.95)), Report.Number(Report.Percentile(times, 0.99))];
    }
}
