using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Users;

public sealed record DeletedUserQuery;

public sealed class DeletedUserExport(UserDirectory users) : PagedExport<DeletedUserQuery, (UserRow User, int DaysLeft)>(ListName, "Deleted users", Permission.UsersView, Columns)
{
    public const string ListName = "deleted-users";

    private static readonly ListColumns<(UserRow User, int DaysLeft)> Columns = new ListColumns<(UserRow User, int DaysLeft)>()
        .Text("Name", "name", row => row.User.FullName, 28).Text("Email", "email", row => row.User.Email, 32)
        .Instant("Deleted", "deleted_at", row => row.User.DeletedAt).Number("Days left", "days_left", row => row.DaysLeft);

    protected override async Task<(Page<(UserRow User, int DaysLeft)> Page, long? Count)> ReadAsync(DeletedUserQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var (page, count) = await users.ListAsync(new() { Statuses = [UserStatus.Deleted], PageSize = 200 }, start, actor, cancel);
        return (new([.. page.Rows.Select(user => (user, users.DaysLeft(user.DeletedAt)))], page.Previous, page.Next), count.Value);
    }
}
