/**
 * Macros and inline functions that C programs for the kernel use and BTF does not hold, in our own words, with
 * the kernel's meaning. A line `@needs type.member` keeps what follows, up to an empty line, to kernels that have
 * the member.
 */
export const MACRO_DEFINITIONS = `
#define NULL ((void *)0)
#define offsetof(type, member) __builtin_offsetof(type, member)
#define offsetofend(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define FIELD_SIZEOF(type, member) sizeof(((type *)0)->member)
#define container_of(ptr, type, member) ({ void *__of = (void *)(ptr); ((type *)(__of - offsetof(type, member))); })
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val) do { *(volatile __typeof__(x) *)&(x) = (val); } while (0)
#define ACCESS_ONCE(x) (*(volatile __typeof__(x) *)&(x))
#define rcu_dereference(p) READ_ONCE(p)
#define rcu_dereference_raw(p) READ_ONCE(p)
#define barrier() __asm__ __volatile__("" : : : "memory")
#define min(x, y) ({ __typeof__(x) __x = (x); __typeof__(y) __y = (y); __x < __y ? __x : __y; })
#define max(x, y) ({ __typeof__(x) __x = (x); __typeof__(y) __y = (y); __x > __y ? __x : __y; })
#define min_t(type, x, y) ({ type __x = (x); type __y = (y); __x < __y ? __x : __y; })
#define max_t(type, x, y) ({ type __x = (x); type __y = (y); __x > __y ? __x : __y; })
#define clamp(val, lo, hi) min(max(val, lo), hi)
#define abs(x) __builtin_llabs(x)
#define swap(a, b) do { __typeof__(a) __swap = (a); (a) = (b); (b) = __swap; } while (0)
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define GENMASK(h, l) (((~0UL) << (l)) & (~0UL >> (63 - (h))))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define ALIGN(x, a) (((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define roundup(x, y) ((((x) + (y) - 1) / (y)) * (y))
#define is_power_of_2(n) ((n) != 0 && ((n) & ((n) - 1)) == 0)
#define ilog2(n) (63 - __builtin_clzll(n))
#define roundup_pow_of_two(n) ((n) <= 1 ? 1UL : 1UL << (64 - __builtin_clzll((unsigned long)(n) - 1)))
#define rounddown_pow_of_two(n) (1UL << ilog2(n))
#define lower_32_bits(n) ((u32)(n))
#define upper_32_bits(n) ((u32)((u64)(n) >> 32))
#define BUILD_BUG_ON(condition) _Static_assert(!(condition), "BUILD_BUG_ON")
#define __stringify(x...) __stringify_1(x)
#define __stringify_1(x...) #x
#define IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)
#define IS_ERR(ptr) IS_ERR_VALUE(ptr)
#define IS_ERR_OR_NULL(ptr) (!(ptr) || IS_ERR_VALUE(ptr))
#define PTR_ERR(ptr) ((long)(ptr))
#define ERR_PTR(error) ((void *)(long)(error))

#define __user
#define __kernel
#define __percpu
#define __rcu
#define __iomem
#define __force
#define __must_check
#define __init
#define __read_mostly
#define __always_inline inline __attribute__((always_inline))
#define noinline __attribute__((noinline))
#define __maybe_unused __attribute__((unused))
#define __packed __attribute__((packed))
#define __aligned(x) __attribute__((aligned(x)))
#define __section(s) __attribute__((section(s)))
#define __attribute_const__ __attribute__((const))
#define fallthrough do {} while (0)

#define __swab16(x) __builtin_bswap16(x)
#define __swab32(x) __builtin_bswap32(x)
#define __swab64(x) __builtin_bswap64(x)
#define swab16(x) __builtin_bswap16(x)
#define swab32(x) __builtin_bswap32(x)
#define swab64(x) __builtin_bswap64(x)
#define ntohs(x) __builtin_bswap16(x)
#define htons(x) __builtin_bswap16(x)
#define ntohl(x) __builtin_bswap32(x)
#define htonl(x) __builtin_bswap32(x)
#define __constant_htons(x) ((__be16)__builtin_bswap16(x))
#define __constant_ntohs(x) __builtin_bswap16(x)
#define __constant_htonl(x) ((__be32)__builtin_bswap32(x))
#define __constant_ntohl(x) __builtin_bswap32(x)
#define be16_to_cpu(x) __builtin_bswap16(x)
#define be32_to_cpu(x) __builtin_bswap32(x)
#define be64_to_cpu(x) __builtin_bswap64(x)
#define cpu_to_be16(x) __builtin_bswap16(x)
#define cpu_to_be32(x) __builtin_bswap32(x)
#define cpu_to_be64(x) __builtin_bswap64(x)
#define __be16_to_cpu(x) __builtin_bswap16(x)
#define __be32_to_cpu(x) __builtin_bswap32(x)
#define __be64_to_cpu(x) __builtin_bswap64(x)
#define __cpu_to_be16(x) __builtin_bswap16(x)
#define __cpu_to_be32(x) __builtin_bswap32(x)
#define le16_to_cpu(x) ((__u16)(x))
#define le32_to_cpu(x) ((__u32)(x))
#define le64_to_cpu(x) ((__u64)(x))
#define cpu_to_le16(x) ((__u16)(x))
#define cpu_to_le32(x) ((__u32)(x))
#define cpu_to_le64(x) ((__u64)(x))

#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define SECTOR_SIZE (1 << SECTOR_SHIFT)
#define HZ CONFIG_HZ
#define MINORMASK ((1U << MINORBITS) - 1)
#define MAJOR(dev) ((unsigned int)((dev) >> MINORBITS))
#define MINOR(dev) ((unsigned int)((dev) & MINORMASK))
#define MKDEV(ma, mi) (((ma) << MINORBITS) | (mi))
static inline u32 new_encode_dev(dev_t dev) { return (MINOR(dev) & 0xff) | (MAJOR(dev) << 8) | ((MINOR(dev) & ~0xff) << 12); }
#define TASK_KILLABLE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_STOPPED (TASK_WAKEKILL | __TASK_STOPPED)
#define TASK_IDLE (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
#define O_NDELAY O_NONBLOCK
#define __O_SYNC 04000000
#define O_SYNC (__O_SYNC | O_DSYNC)
#define __O_TMPFILE 020000000
#define O_TMPFILE (__O_TMPFILE | O_DIRECTORY)
#define sockaddr_storage __kernel_sockaddr_storage
#define AF_LOCAL AF_UNIX
#define AF_ROUTE AF_NETLINK
#define PF_UNIX AF_UNIX
#define PF_INET AF_INET
#define PF_INET6 AF_INET6
#define PF_PACKET AF_PACKET
#define S_ISLNK(m) (((m) & S_IFMT) == S_IFLNK)
#define S_ISREG(m) (((m) & S_IFMT) == S_IFREG)
#define S_ISDIR(m) (((m) & S_IFMT) == S_IFDIR)
#define S_ISCHR(m) (((m) & S_IFMT) == S_IFCHR)
#define S_ISBLK(m) (((m) & S_IFMT) == S_IFBLK)
#define S_ISFIFO(m) (((m) & S_IFMT) == S_IFIFO)
#define S_ISSOCK(m) (((m) & S_IFMT) == S_IFSOCK)
#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(ptr, type, member) list_entry((ptr)->next, type, member)
#define list_last_entry(ptr, type, member) list_entry((ptr)->prev, type, member)
#define list_next_entry(pos, member) list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define hlist_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define REQ_OP_MASK ((1 << REQ_OP_BITS) - 1)
#define REQ_FAILFAST_MASK (REQ_FAILFAST_DEV | REQ_FAILFAST_TRANSPORT | REQ_FAILFAST_DRIVER)
#define req_op(req) ((req)->cmd_flags & REQ_OP_MASK)
#define bio_op(bio) ((bio)->bi_opf & REQ_OP_MASK)
#define op_is_write(op) (!!((op) & 1))
#define rq_data_dir(rq) (op_is_write(req_op(rq)) ? 1 : 0)
#define bio_data_dir(bio) (op_is_write(bio_op(bio)) ? 1 : 0)
#define blk_rq_pos(rq) ((rq)->__sector)
#define blk_rq_bytes(rq) ((rq)->__data_len)
#define blk_rq_sectors(rq) ((rq)->__data_len >> SECTOR_SHIFT)

@needs file.f_inode
static inline struct inode *file_inode(const struct file *f) { return f->f_inode; }

@needs inet_sock.sk
#define inet_sk(ptr) ((struct inet_sock *)(ptr))
#define tcp_sk(ptr) ((struct tcp_sock *)(ptr))
#define udp_sk(ptr) ((struct udp_sock *)(ptr))
#define raw_sk(ptr) ((struct raw_sock *)(ptr))
#define inet_csk(ptr) ((struct inet_connection_sock *)(ptr))
#define inet_rsk(ptr) ((struct inet_request_sock *)(ptr))
#define inet_twsk(ptr) ((struct inet_timewait_sock *)(ptr))
#define unix_sk(ptr) ((struct unix_sock *)(ptr))

@needs possible_net_t.net
static inline struct net *read_pnet(const possible_net_t *pnet) { return pnet->net; }
static inline struct net *sock_net(const struct sock *sk) { return read_pnet(&sk->__sk_common.skc_net); }

@needs sk_buff.network_header
static inline unsigned char *skb_transport_header(const struct sk_buff *skb) { return skb->head + skb->transport_header; }
static inline unsigned char *skb_network_header(const struct sk_buff *skb) { return skb->head + skb->network_header; }
static inline unsigned char *skb_mac_header(const struct sk_buff *skb) { return skb->head + skb->mac_header; }
static inline struct iphdr *ip_hdr(const struct sk_buff *skb) { return (struct iphdr *)skb_network_header(skb); }
static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb) { return (struct ipv6hdr *)skb_network_header(skb); }
static inline struct tcphdr *tcp_hdr(const struct sk_buff *skb) { return (struct tcphdr *)skb_transport_header(skb); }
static inline struct udphdr *udp_hdr(const struct sk_buff *skb) { return (struct udphdr *)skb_transport_header(skb); }
static inline bool skb_rx_queue_recorded(const struct sk_buff *skb) { return skb->queue_mapping != 0; }
static inline u16 skb_get_rx_queue(const struct sk_buff *skb) { return skb->queue_mapping - 1; }

@needs scatterlist.page_link
#define sg_is_chain(sg) ((sg)->page_link & 1)
#define sg_is_last(sg) ((sg)->page_link & 2)
#define sg_chain_ptr(sg) ((struct scatterlist *)((sg)->page_link & ~3UL))

@needs folio.page
#define folio_page(folio, n) (&(folio)->page + (n))

@needs in6_addr.in6_u
#define s6_addr in6_u.u6_addr8
#define s6_addr16 in6_u.u6_addr16
#define s6_addr32 in6_u.u6_addr32
`;

/**
 * Members that the kernel's own headers spell as macros, by tag of the struct that they are members of: one path,
 * the names that go through it, and how the name continues there.
 */
export const MEMBER_MACROS: readonly {
  readonly tags: readonly string[];
  readonly prefix: string;
  readonly path: string;
  readonly names: string;
}[] = [
  {
    tags: [
      "sock",
      "inet_sock",
      "tcp_sock",
      "udp_sock",
      "inet_connection_sock",
      "unix_sock",
      "socket",
      "raw_sock",
    ],
    prefix: "sk_",
    path: "__sk_common.skc_",
    names:
      "node nulls_node refcnt tx_queue_mapping rx_queue_mapping hash portpair num dport addrpair daddr " +
      "rcv_saddr family state reuse reuseport ipv6only net_refcnt bound_dev_if bind_node prot net v6_daddr " +
      "v6_rcv_saddr cookie incoming_cpu flags bypass_prot_mem",
  },
  {
    tags: ["inet_sock", "tcp_sock", "udp_sock", "inet_connection_sock"],
    prefix: "inet_",
    path: "sk.__sk_common.skc_",
    names: "daddr rcv_saddr dport num",
  },
  {
    tags: ["inet_request_sock", "tcp_request_sock"],
    prefix: "ir_",
    path: "req.__req_common.skc_",
    names: "loc_addr=rcv_saddr rmt_addr=daddr num rmt_port=dport v6_rmt_addr=v6_daddr " +
      "v6_loc_addr=v6_rcv_saddr iif=bound_dev_if cookie",
  },
  {
    tags: ["inet_request_sock", "tcp_request_sock"],
    prefix: "ireq_",
    path: "req.__req_common.skc_",
    names: "net state family",
  },
  {
    tags: ["inet_timewait_sock", "tcp_timewait_sock"],
    prefix: "tw_",
    path: "__tw_common.skc_",
    names:
      "family state reuse reuseport ipv6only bound_dev_if node=nulls_node bind_node refcnt hash prot net " +
      "daddr v6_daddr rcv_saddr v6_rcv_saddr dport num cookie",
  },
];
